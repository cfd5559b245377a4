from __future__ import annotations

from logion_conformance.results.model import Verdict
from logion_harness.miniatures.catalogue import MINIATURES
from logion_harness.miniatures.suite import suite

from tests.docs import miniatures_page
from tests.docs.miniatures_page import (
    SHARE_MAX,
    asked,
    caught,
    counts,
    found_again,
    kept,
    page,
)


def test_the_page_is_what_was_judged() -> None:
    assert miniatures_page.PAGE.read_text() == page(kept())


def test_what_was_judged_fails_what_it_names() -> None:
    failed = kept()
    assert failed.keys() <= {it.name for it in MINIATURES}
    judged = [it for it in MINIATURES if it.name in failed]
    missed = {it.name: set(it.cases) - set(failed[it.name]) for it in judged}
    assert not any(missed.values()), missed


def test_every_case_fails_on_a_miniature() -> None:
    assert [it for it, names in caught(kept()).items() if not names] == []


def test_what_fails_too_much_counts_for_nothing() -> None:
    many = sorted(suite())[: int(len(suite()) * SHARE_MAX) + 1]
    assert not counts(many)
    assert counts(many[1:])
    name = MINIATURES[0].name
    others: dict[str, list[str]] = {it.name: [] for it in MINIATURES}
    assert not any(caught(others | {name: many}).values())
    assert caught(others | {name: many[1:]})[many[1]] == [name]


def test_some_cases_can_be_tried_alone() -> None:
    one, two, three = sorted(suite())[:3]
    verdicts = {two: Verdict.FAIL, three: Verdict.PASS}
    assert found_again([one, three], verdicts) == [one, two]
    name = MINIATURES[-1].name
    wanted = asked(["--case", "retention.*,segments.read"])
    assert "retention.bytes" in wanted.cases()
    assert "segments.read" in wanted.cases()
    assert "order.answers" not in wanted.cases()
    assert [it.name for it in wanted.miniatures({name: []})] == [name]
    assert asked(["--none"]).miniatures({}) == []
    assert [it.name for it in asked([name]).miniatures({})] == [name]
    assert asked([]).miniatures({}) == list(MINIATURES)
    assert asked([]).cases() == list(suite())
