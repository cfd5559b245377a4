from __future__ import annotations

from logion_conformance.results.markdown import markdown, plain

from tests.logion_conformance.results.made import EARLY, MIXED, case, report, trial


def test_a_report_is_a_table_and_lists() -> None:
    made = markdown(MIXED)
    assert made.startswith("## Kafka conformance: logion\n\nlogion keeps 2 of 4 ")
    assert "| fetch | 0 | 1 | 1 | 1 |\n" in made
    assert "### To look at\n\n- FAIL: produce.broken (MUST) in version 3: " in made
    assert made.endswith("2026-11-29, 12 s, every version, suite 0.1.0\n")


def test_there_is_no_heading_over_nothing() -> None:
    assert "###" not in markdown(report(case("a.b", trial("PASS"))))


def test_words_of_brokers_are_no_markup() -> None:
    assert plain("a <b>\n| [x](y) `z`") == r"a \<b\> \| \[x\](y) \`z\`"


def test_a_run_that_ended_early_says_so_at_the_top() -> None:
    assert "ended early: 5 of 40 cases judged" in markdown(EARLY).splitlines()[2]
