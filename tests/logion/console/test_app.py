"""What holds for every answer of the console."""

from __future__ import annotations

import ast
import re

import pytest
from logion.console.app import console_app
from logion.console.page import FOLDER

from tests.logion.broker.running import running
from tests.logion.console.asking import get


@pytest.mark.parametrize("path", ["/", "/none", "/static/console.css"])
async def test_every_answer_forbids_what_pages_do_not_need(path: str) -> None:
    async with running() as broker:
        answer = await get(broker, path)
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"


async def test_pages_are_not_kept_but_their_style_is() -> None:
    async with running() as broker:
        assert (await get(broker, "/")).headers["cache-control"] == "no-store"
        style = await get(broker, "/static/console.css")
    assert style.status == 200
    assert "cache-control" not in style.headers


@pytest.mark.parametrize(
    "host", ["127.0.0.1:9080", "[::1]:9080", "localhost", "LOCALHOST:1", "192.168.1.7"]
)
async def test_it_is_known_by_addresses_and_as_localhost(host: str) -> None:
    async with running() as broker:
        assert (await get(broker, "/", host=host)).status == 200


@pytest.mark.parametrize("host", ["evil.example", "evil.example:9080", "", "[", "1.2"])
async def test_a_name_that_is_not_its_own_is_refused(host: str) -> None:
    async with running() as broker:
        answer = await get(broker, "/", host=host)
    assert answer.status == 421
    assert "open it by its address" in answer.html


async def test_the_names_it_is_given_are_its_own() -> None:
    async with running() as broker:
        app = console_app(broker.broker, {"box.lan"})
        assert (await get(app, "/", host="box.lan:9080")).status == 200


async def test_what_is_not_there_is_said_in_a_page() -> None:
    async with running() as broker:
        answer = await get(broker, "/none")
    assert answer.status == 404
    assert "There is no such page." in answer.text


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
async def test_it_only_reads(method: str) -> None:
    async with running() as broker:
        answer = await get(broker, "/topics", method=method)
    assert answer.status == 405
    assert "The console only reads." in answer.text


async def test_the_head_of_a_page_can_be_asked_for() -> None:
    async with running() as broker:
        assert (await get(broker, "/", method="HEAD")).status == 200


STATE = re.compile(r"(.+\.)?(state|broker)")


def test_pages_learn_of_the_broker_through_its_inspection_alone() -> None:
    found = {
        ast.unparse(node)
        for file in FOLDER.glob("*.py")
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Attribute) and STATE.fullmatch(ast.unparse(node.value))
    }
    assert found == {
        *("app.state.broker", "request.app.state.broker"),
        *("broker.state", "broker.addresses"),
    }
