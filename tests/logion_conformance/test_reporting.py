"""What a run leaves behind, seen as its users see it: a pytest of its own."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from xml.etree import ElementTree

import pytest
from logion_conformance import reporting
from logion_conformance.case import MUST, Case
from logion_conformance.catalogue import functions
from logion_conformance.reporting import joined
from logion_conformance.results import data
from logion_conformance.results.model import Early, Verdict

from tests.logion.client.small_broker import running
from tests.logion_conformance.results.made import MIXED, case, trial
from tests.logion_conformance.test_plugin import run

KNOWN = """
[[failure]]
case = "batches.crc.wrong"
reason = "takes any checksum"
link = "https://example.org/1"
"""


@pytest.mark.slow
async def test_a_report_holds_every_verdict_wherever_it_was_found(
    tmp_path: Path,
) -> None:
    file = tmp_path / "found/report.json"
    flags = ("--case", "batches.c*[gd]", "--quick", "--report-json", str(file), "-n2")
    junit = ("--junitxml", "junit.xml", "--name", "a small one")
    async with running("ignores-crc") as broker:
        status, output = await run(tmp_path, broker, *flags, *junit)
    assert status == 1, output
    assert f"report: {file.as_uri()}" in output
    found = data.read(file.read_text())
    assert found.target.name == "a small one"
    verdicts = {it.id: it.verdict for it in found.cases}
    assert verdicts["batches.crc.wrong"] == Verdict.FAIL
    assert verdicts["batches.codecs.old"] == Verdict.UNSUPPORTED
    (broken,) = [it for it in found.cases if it.id == "batches.crc.wrong"]
    assert [it.version for it in broken.trials] == [3, 9]
    story = broken.trials[0].story
    assert story is not None
    assert story.expected == "CORRUPT_MESSAGE (2)"
    xml = ElementTree.parse(tmp_path / "junit.xml")
    properties = {(it.get("name"), it.get("value")) for it in xml.iter("property")}
    assert {("case", "batches.crc.wrong"), ("verdict", "FAIL")} <= properties


@pytest.mark.slow
async def test_a_known_failure_fails_no_run(tmp_path: Path) -> None:
    (tmp_path / "known.toml").write_text(KNOWN)
    flags = ("--case", "batches.crc.wrong", "--quick", "--expected", "known.toml")
    async with running("ignores-crc") as broker:
        status, output = await run(tmp_path, broker, *flags)
    assert status == 0, output
    line = "known: batches.crc.wrong: takes any checksum (https://example.org/1)"
    assert line in output


@pytest.mark.slow
async def test_a_known_failure_that_is_gone_fails_the_run(tmp_path: Path) -> None:
    (tmp_path / "known.toml").write_text(KNOWN)
    flags = ("--case", "batches.crc.wrong", "--quick", "--expected", "known.toml")
    async with running() as broker:
        status, output = await run(tmp_path, broker, *flags)
    assert status == 1, output
    assert "PASS, unexpected: batches.crc.wrong: no longer 'takes any" in output


@pytest.mark.slow
async def test_without_a_broker_the_report_says_why(tmp_path: Path) -> None:
    status, output = await run(tmp_path, None, "--report-json", "report.json")
    assert status == 2, output
    found = json.loads((tmp_path / "report.json").read_text())
    assert found["target"]["trouble"].startswith("127.0.0.1:1: nobody listens")
    assert found["cases"] == []


def test_a_list_that_cannot_be_read_judges_nothing(tmp_path: Path) -> None:
    option = SimpleNamespace(expected=tmp_path / "nowhere.toml")
    config: Any = SimpleNamespace(option=option, stash=pytest.Stash())
    with pytest.raises(ValueError, match=r"nowhere\.toml: "):
        reporting.hold_to(config, "logion")


def test_a_report_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("a file, no folder")
    files = dict.fromkeys((f"report_{form}" for form in reporting.WRITERS), None)
    option = SimpleNamespace(**{**files, "report_json": tmp_path / "a/b.json"})
    config: Any = SimpleNamespace(option=option)
    gathered = reporting.Gathered(MIXED.target, is_quick=True)
    assert not reporting.write(config, gathered)
    (line,) = gathered.written
    assert line.startswith("the report was not written: ")


def test_trials_of_a_case_are_joined_in_the_order_of_their_versions() -> None:
    apart = [case("b.x", trial("PASS", 9)), case("a.x", trial("PASS"))]
    found = joined([*apart, case("b.x", trial("FAIL", 3))])
    assert [it.id for it in found] == ["a.x", "b.x"]
    assert [it.version for it in found[1].trials] == [3, 9]


def test_what_a_case_has_said_is_kept_until_it_is_judged() -> None:
    item: Any = SimpleNamespace(stash=pytest.Stash())
    item.stash[reporting.EXCHANGES] = said = [Any]
    judging: Any = reporting.pytest_runtest_protocol(item)
    next(judging)
    assert item.stash[reporting.EXCHANGES] is said
    with pytest.raises(StopIteration):
        judging.send(None)
    assert item.stash[reporting.EXCHANGES] == []
    assert item.stash[reporting.TAPE].events == []


def test_a_test_is_known_by_the_place_of_its_function() -> None:
    for case_, function in functions():
        module = function.__module__.rpartition(".")[2]
        test = f"a/b/{module}.py::{function.__name__}[v3]"
        assert reporting.case_tried_by(test) == case_.id
    alone = "::test_a_wrong_checksum_is_refused[v3]"
    assert reporting.case_tried_by(alone) == "batches.crc.wrong"
    assert reporting.case_tried_by("x::y") is None


CRC = "logion_conformance/cases/test_batches.py::test_a_wrong_checksum_is_refused"


def test_a_run_that_has_not_tried_all_that_was_chosen_has_ended_early() -> None:
    gathered = reporting.Gathered(MIXED.target, is_quick=True)
    assert gathered.ended_early() is None
    gathered.pytest_keyboard_interrupt()
    assert gathered.ended_early() == Early(0, 0)
    gathered.pytest_xdist_node_collection_finished([f"{CRC}[v3]", f"{CRC}[v9]", "x::y"])
    assert gathered.ended_early() == Early(0, 1)
    for version in (3, 9):
        assert gathered.ended_early() == Early(0, 1)
        found = data.plain(case("batches.crc.wrong", trial("PASS", version)))
        made: Any = SimpleNamespace(nodeid=f"{CRC}[v{version}]")
        setattr(made, reporting.FOUND, found)
        gathered.pytest_runtest_logreport(made)
    assert gathered.ended_early() is None


def test_what_was_found_before_an_end_of_the_search_is_not_all() -> None:
    gathered = reporting.Gathered(MIXED.target, is_quick=True)
    mark = SimpleNamespace(args=[Case("batches.crc.wrong", MUST, "", {})])
    item = SimpleNamespace(nodeid="::test_x", get_closest_marker=lambda _: mark)
    session: Any = SimpleNamespace(items=[item])
    gathered.pytest_collection_finish(session)
    gathered.pytest_keyboard_interrupt()
    assert gathered.ended_early() == Early(0, 0)
    gathered.pytest_collection_modifyitems()
    gathered.pytest_collection_finish(session)
    assert gathered.ended_early() == Early(0, 1)
