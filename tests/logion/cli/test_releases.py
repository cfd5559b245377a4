from __future__ import annotations

import re

import pytest
from logion.cli.releases import answer_text, main
from logion.client.cluster import open_cluster
from logion.client.connection import Address
from logion.protocol.messages.api_versions import (
    ApiVersionsRequest,
    ApiVersionsResponse,
)
from logion.protocol.releases import RELEASES, release
from logion.testing import Broker

ASK = ApiVersionsRequest(client_software_name="test", client_software_version="1")
Capsys = pytest.CaptureFixture[str]
ROW = re.compile(r"(\d+) +(\w+) +(\d+)(?:-(\d+))? +(.+)")


def rows_of(text: str) -> dict[int, tuple[int, int, str]]:
    found = (ROW.fullmatch(line) for line in text.split("\n\n")[1].splitlines())
    return {
        int(row[1]): (int(row[3]), int(row[4] or row[3]), row[5])
        for row in found
        if row
    }


def test_without_a_release_all_are_listed(capsys: Capsys) -> None:
    assert main([]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == ["release", *RELEASES]


@pytest.mark.parametrize("name", ["0.8.0", "0.11.0", "3.9", "4.3"])
def test_each_api_of_a_release_is_listed_as_it_advertises_it(
    name: str, capsys: Capsys
) -> None:
    assert main([name]) == 0
    listed = rows_of(capsys.readouterr().out)
    versions = {key: (low, high) for key, (low, high, _) in listed.items()}
    assert versions == release(name).versions


@pytest.mark.parametrize("name", ["0.10.0", "2.8", "4.3"])
async def test_what_is_called_answered_is_what_a_broker_advertises(
    name: str, capsys: Capsys
) -> None:
    main([name])
    listed = rows_of(capsys.readouterr().out)
    async with Broker(release=name) as broker:
        host, port = broker.bootstrap.split(":")
        async with open_cluster([Address(host, int(port))]) as cluster:
            answer = await cluster.ask(ASK, ApiVersionsResponse)
    assert {
        (each.api_key, each.min_version, each.max_version) for each in answer.api_keys
    } == {
        (key, low, high)
        for key, (low, high, text) in listed.items()
        if text != "not built yet"
    }


def test_what_is_advertised_but_refused_is_told() -> None:
    assert answer_text(0, release("4.0")) == "answered, 0-2 refused as there"
    assert answer_text(0, release("3.9")) == "answered"


def test_what_a_broker_has_none_of_is_not_called_answered_alone(capsys: Capsys) -> None:
    assert answer_text(17, release("4.3")) == "answered: there is no SASL"
    assert answer_text(30, release("1.0")) == "answered: there is no authorizer"
    main(["0.9.0"])
    assert capsys.readouterr().out.endswith("13 of 17 APIs are answered\n")
    main(["4.3"])
    told = "75 of 75 APIs are answered, 23 of them as where they are switched off\n"
    assert capsys.readouterr().out.endswith(told)


def test_a_patch_release_is_its_minor(capsys: Capsys) -> None:
    assert main(["3.9.1"]) == 0
    assert capsys.readouterr().out.startswith("Kafka 3.9: metadata on ZooKeeper")


@pytest.mark.parametrize("name", ["9.9", "x"])
def test_an_unknown_release_is_refused(name: str, capsys: Capsys) -> None:
    assert main([name]) == 2
    said = capsys.readouterr().err
    assert name in said
    assert "4.3" in said
    assert said.count("\n") == 1
