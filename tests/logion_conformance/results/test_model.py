from __future__ import annotations

import pytest
from logion_conformance.results.model import Verdict, areas, count

from tests.logion_conformance.results.made import KNOWN, MIXED, case, trial


@pytest.mark.parametrize(
    ("verdicts", "whole"),
    [
        (("PASS", "FAIL"), Verdict.FAIL),
        (("UNSUPPORTED", "PASS"), Verdict.PASS),
        (("UNSUPPORTED", "UNTESTABLE"), Verdict.UNTESTABLE),
    ],
)
def test_a_case_has_the_most_telling_verdict_of_its_trials(
    verdicts: tuple[str, ...], whole: Verdict
) -> None:
    assert case("a.b", *map(trial, verdicts)).verdict == whole


@pytest.mark.parametrize(
    ("made", "is_as_expected"),
    [
        (trial("PASS"), True),
        (trial("UNSUPPORTED"), True),
        (trial("FAIL"), False),
        (trial("FAIL", known=KNOWN), True),
        (trial("PASS", known=KNOWN), False),
        (trial("UNTESTABLE", known=KNOWN), True),
    ],
)
def test_what_is_not_as_expected_is_a_failure_or_the_lack_of_one(
    made: object, is_as_expected: bool
) -> None:
    assert made.is_as_expected == is_as_expected  # type: ignore[attr-defined]


def test_somebody_has_to_look_at_news_alone() -> None:
    assert [it.id for it in MIXED.unexpected] == ["produce.broken", "produce.mended"]


def test_cases_are_counted_once_whatever_their_trials() -> None:
    assert sum(count(MIXED.cases).values()) == 6
    assert count(MIXED.cases)[Verdict.FAIL] == 2


def test_areas_and_their_cases_are_in_order() -> None:
    found = areas([case("b.z"), case("a.x"), case("b.y")])
    assert {area: [it.id for it in cases] for area, cases in found.items()} == {
        "a": ["a.x"],
        "b": ["b.y", "b.z"],
    }
