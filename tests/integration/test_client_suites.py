"""What the runner of the clients' own suites reads, and what it complains of."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from tests.integration import client_suites
from tests.integration.suites import by_go, by_pytest
from tests.integration.suites.catalogue import SUITES
from tests.integration.suites.kinds import (
    FAILED,
    PASSED,
    SECOND_TRY,
    SKIPPED,
    Outcome,
)

JUNIT = """<testsuites><testsuite>
<testcase classname="tests.test_a.TestA" name="test_one"/>
<testcase classname="tests.test_a" name="test_two[x-1]">
  <failure message="AssertionError: 1 != 2&#10;more">...</failure></testcase>
<testcase classname="tests.test_a" name="test_three">
  <skipped message="too old"/></testcase>
<testcase classname="tests.test_a" name="test_four">
  <error message="in setup"/></testcase>
</testsuite></testsuites>"""

SUITE = replace(SUITES[0], name="suite", explained={"known": "a reason"})


def test_a_result_of_pytest_says_how_each_test_went(tmp_path: Path) -> None:
    file = tmp_path / "result.xml"
    file.write_text(JUNIT)
    assert by_pytest.outcomes(file) == {
        "tests.test_a.TestA::test_one": Outcome(PASSED),
        "tests.test_a::test_two[x-1]": Outcome(FAILED, "AssertionError: 1 != 2"),
        "tests.test_a::test_three": Outcome(SKIPPED, "too old"),
        "tests.test_a::test_four": Outcome(FAILED, "in setup"),
    }


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("tests.test_a::test_two[x.y]", "tests/test_a.py::test_two[x.y]"),
        ("tests.test_a.TestA::test_one", "tests/test_a.py::TestA::test_one"),
    ],
)
def test_a_test_of_a_result_can_be_run_by_itself(name: str, expected: str) -> None:
    assert by_pytest.node_id(name) == expected


def test_events_of_go_say_how_each_test_went_and_what_it_said_first() -> None:
    events = [
        {"Action": "start"},
        {"Action": "output", "Test": "TestA", "Output": "=== RUN   TestA\n"},
        {"Action": "output", "Test": "TestA", "Output": "    a_test.go:7: bad\n"},
        {"Action": "output", "Test": "TestA", "Output": "    a_test.go:8: worse\n"},
        {"Action": "fail", "Test": "TestA"},
        {"Action": "output", "Test": "TestB/sub", "Output": "    b_test.go:1: fine\n"},
        {"Action": "pass", "Test": "TestB/sub"},
        {"Action": "skip", "Test": "TestC"},
        {"Action": "fail"},
    ]
    assert by_go.outcomes(map(json.dumps, events)) == {
        "TestA": Outcome(FAILED, "bad"),
        "TestB/sub": Outcome(PASSED),
        "TestC": Outcome(SKIPPED),
    }


def test_a_failure_that_nobody_explained_is_told() -> None:
    outcomes = {"known": Outcome(FAILED), "new": Outcome(FAILED, "why")}
    assert client_suites.complaints(SUITE, outcomes) == ["suite: new failed: why"]


@pytest.mark.parametrize("outcomes", [{}, {"known": Outcome(PASSED)}])
def test_an_explanation_that_is_not_needed_is_told(
    outcomes: dict[str, Outcome],
) -> None:
    assert client_suites.complaints(SUITE, outcomes) == [
        "suite: known is said to fail, and does not"
    ]


@pytest.mark.parametrize("result", [PASSED, FAILED])
def test_a_test_that_races_may_fail_or_pass(result: str) -> None:
    suite = replace(SUITE, explained={}, races={"racing": "a reason"})
    assert client_suites.complaints(suite, {"racing": Outcome(result)}) == []


def test_a_suite_that_there_is_not_is_refused_by_name() -> None:
    with pytest.raises(
        SystemExit, match=r"no suite librdkafka: there are kafka-python"
    ):
        client_suites.chosen(["librdkafka"])


def test_what_failed_is_run_once_more_and_the_second_result_counts(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asked: list[tuple[str, ...]] = []

    def run(_: object, names: tuple[str, ...]) -> dict[str, Outcome]:
        asked.append(names)
        if names:
            return {"slow": Outcome(PASSED)}
        return dict.fromkeys(("known", "slow"), Outcome(FAILED))

    monkeypatch.setattr(client_suites, "CACHE", tmp_path)
    suite = replace(SUITE, run=run, sources=lambda: tmp_path, settings={})
    assert client_suites.run(suite) == {
        "known": Outcome(FAILED),
        "slow": Outcome(PASSED, SECOND_TRY),
    }
    assert asked == [(), ("slow",)]
