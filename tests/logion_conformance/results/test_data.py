from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from logion_conformance.results import data
from logion_conformance.results.data import BadReport
from logion_conformance.results.model import Verdict

from tests.logion_conformance.results.made import EARLY, MIXED, case, report, trial

ANY_VERDICT = " or ".join(Verdict)
Change = Callable[[Any], object]


def test_a_report_is_read_as_it_was_written() -> None:
    assert data.read(data.write(MIXED)) == MIXED


def test_a_report_says_whether_the_run_ended_early() -> None:
    assert json.loads(data.write(MIXED))["ended_early"] is None
    early = json.loads(data.write(EARLY))["ended_early"]
    assert early == {"judged": 5, "chosen": 40}
    assert data.read(data.write(EARLY)) == EARLY
    assert data.read(data.brief(EARLY)).ended_early == EARLY.ended_early


def test_a_report_from_before_that_was_told_is_read() -> None:
    written = json.loads(data.write(MIXED))
    del written["ended_early"]
    assert data.read(json.dumps(written)) == MIXED
    assert "ended_early" not in json.loads(data.brief(MIXED))


def test_fields_that_are_not_known_are_left_alone() -> None:
    written = json.loads(data.write(MIXED))
    written["weather"] = "fine"
    written["cases"][0]["trials"][0]["mood"] = 1
    assert data.read(json.dumps(written)) == MIXED


def test_what_is_kept_of_a_report_are_verdicts_and_reasons() -> None:
    twice = case("a.b", *[trial("UNSUPPORTED", -1)] * 2)
    whole = report(*MIXED.cases, twice)
    text = data.brief(whole)
    kept = data.read(text)
    assert all(
        (left.id, left.level, left.verdict) == (right.id, right.level, right.verdict)
        for left, right in zip(kept.cases, whole.cases, strict=True)
    )
    known, *_, last = kept.cases
    assert known.trials == tuple(
        replace(it, seconds=0.0, story=None) for it in MIXED.cases[0].trials
    )
    assert len(last.trials) == 1
    assert (kept.started, kept.target.apis) == (MIXED.started, ())
    line = '{"id": "a.b", "level": "MUST", "trials": [{"version": -1, "verdict": '
    assert line in text


def change(member: str, value: object) -> Change:
    return lambda it: it.update({member: value})


@pytest.mark.parametrize(
    ("alter", "text"),
    [
        (change("format", 7), "format: expected 1, found 7"),
        (change("suite", 3), "suite: expected str, found 3"),
        (change("is_quick", 0), "is_quick: expected bool, found 0"),
        (change("seconds", True), "seconds: expected float, found True"),
        (change("cases", {}), "cases: expected an array, found {}"),
        (change("target", 5), "target: expected an object, found 5"),
        (lambda it: it.pop("started"), "started: expected a value, found None"),
        (
            lambda it: it["cases"][3]["trials"][0].update(verdict="GOOD"),
            f"cases[3].trials[0].verdict: expected {ANY_VERDICT}, found 'GOOD'",
        ),
    ],
)
def test_what_is_no_report_is_named(alter: Change, text: str) -> None:
    written = json.loads(data.write(MIXED))
    alter(written)
    with pytest.raises(BadReport) as refusal:
        data.read(json.dumps(written))
    assert str(refusal.value) == text


@pytest.mark.parametrize(
    ("text", "found"),
    [("[]", "format: expected 1, found None"), ("<html>", "expected JSON: ")],
)
def test_what_is_no_object_is_refused(text: str, found: str) -> None:
    with pytest.raises(BadReport, match=found):
        data.read(text)


def test_a_pair_has_two_elements() -> None:
    with pytest.raises(BadReport, match="at: expected 2 elements"):
        data.read_tuple((int, int), [1], "at")
