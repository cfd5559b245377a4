from __future__ import annotations

from logion_conformance.results.differences import rows
from logion_conformance.results.matrix import (
    CONTRADICTING,
    LACKING,
    by_area,
    by_weight,
    cell,
    matrix,
)
from logion_conformance.results.page import resource

from tests.logion_conformance.results.made import MIXED, case, report, trial


def test_cases_stand_in_their_areas_under_the_targets() -> None:
    groups = by_area(rows((MIXED, MIXED)))
    made = matrix((MIXED, MIXED), groups, id_="m", label="l")
    assert made.count('scope="col"') == 3
    assert made.count('scope="rowgroup"') == 2
    assert made.count('class="case"') == 6
    assert made.count("<button") == 12


def test_news_and_known_failures_are_told_apart() -> None:
    known, *_, broken, mended, sound = MIXED.cases
    assert 'class="FAIL known"' in cell(known, MIXED, 0)
    assert "FAIL, known: fetch.known on logion" in cell(known, MIXED, 0)
    assert 'class="FAIL news"' in cell(broken, MIXED, 0)
    assert 'class="PASS news"' in cell(mended, MIXED, 0)
    assert 'class="PASS"' in cell(sound, MIXED, 0)


def test_a_case_that_was_not_tried_opens_nothing() -> None:
    found = rows((MIXED, report(case("z.z", trial("PASS")))))
    assert "button" not in cell(found[0].cells[1], MIXED, 1)


def test_contradictions_come_before_what_one_target_lacks() -> None:
    other = report(case("produce.broken", trial("PASS")), *MIXED.cases[:2])
    (first, contradicting), (second, lacking) = by_weight(rows((MIXED, other)))
    assert (first, second) == (CONTRADICTING, LACKING)
    assert [row.id for row in contradicting] == ["produce.broken"]
    assert [row.id for row in lacking] == [
        "fetch.told",
        "produce.mended",
        "produce.sound",
    ]


def test_the_script_calls_differences_as_the_page_does() -> None:
    assert CONTRADICTING in resource("page.js")
    assert LACKING in resource("page.js")
