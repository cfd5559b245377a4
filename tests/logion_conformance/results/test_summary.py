from __future__ import annotations

from dataclasses import replace

from logion_conformance.results import summary
from logion_conformance.results.model import Early

from tests.logion_conformance.results.made import EARLY, MIXED, case, report, trial


def test_columns_stand_under_their_titles() -> None:
    assert list(summary.table(MIXED)) == [
        "area       PASS  FAIL  UNSUPPORTED  UNTESTABLE",
        "fetch         0     1            1           1",
        "produce       2     1            0           0",
        "all cases     2     2            1           1",
    ]


def test_verdicts_that_nothing_came_to_have_no_column() -> None:
    first, *_ = summary.table(report(case("a.b", trial("PASS"))))
    assert first == "area       PASS  FAIL"


def test_what_was_not_judged_is_grouped_by_its_reason() -> None:
    assert list(summary.not_judged(MIXED)) == [
        "UNSUPPORTED, the reason of UNSUPPORTED: fetch.lacking",
        "UNTESTABLE, the reason of UNTESTABLE: fetch.told",
    ]


def test_a_known_failure_is_told_with_its_reason_and_its_link() -> None:
    assert list(summary.known(MIXED)) == [
        "known: fetch.known in version 4: answers as of old (https://example.org/KIP-1)"
    ]


def test_news_are_what_fails_and_what_fails_no_more() -> None:
    assert list(summary.news(MIXED)) == [
        "FAIL: produce.broken (MUST) in version 3: the reason of FAIL",
        "PASS, unexpected: produce.mended: no longer 'answers as of old'",
    ]


def test_several_versions_are_named() -> None:
    broken = case("a.b", trial("FAIL", 1), trial("FAIL", 2), trial("PASS", 3))
    (line,) = summary.news(report(broken))
    assert line.startswith("FAIL: a.b (MUST) in versions 1, 2: ")


def test_a_long_reason_is_one_line_and_cut() -> None:
    assert summary.one_line("a\n  b") == "a b"
    assert summary.one_line("x" * 300) == "x" * 200 + "..."


def test_the_last_line_is_the_whole_in_one_sentence() -> None:
    assert summary.conclusion(MIXED) == (
        "logion keeps 2 of 4 promises; failures known: 1; to look at: 2"
    )
    none = report(case("a.b", trial("UNSUPPORTED")))
    assert summary.conclusion(none) == "logion: no case applied"
    absent = report(trouble="no java")
    assert summary.conclusion(absent) == "logion was not judged: no java"


def test_a_run_that_ended_early_says_how_far_it_came() -> None:
    end = "; to look at: 2; ended early: 5 of 40 cases judged"
    assert summary.conclusion(EARLY).endswith(end)
    none = replace(report(), ended_early=Early(0, 0))
    assert summary.conclusion(none) == (
        "logion: no promise judged; ended early: before the cases to judge were known"
    )
