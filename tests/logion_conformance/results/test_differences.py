from __future__ import annotations

from logion_conformance.results.differences import compared, rows

from tests.logion_conformance.results.made import MIXED, case, report, trial

OTHER = report(
    case("fetch.lacking", trial("UNSUPPORTED")),
    case("produce.broken", trial("PASS", 3)),
    name="other",
)


def test_cases_of_all_reports_have_a_row_each() -> None:
    table = rows((OTHER, MIXED))
    assert [row.id for row in table] == [it.id for it in MIXED.cases]
    assert table[0].cells[0] is None
    assert table[0].any.id == "fetch.known"


def test_a_case_that_came_to_another_verdict_is_told_with_both() -> None:
    told = list(compared(MIXED, OTHER))
    at = told.index("produce.broken (MUST)")
    assert told[at + 1 : at + 3] == [
        "  logion: FAIL: the reason of FAIL",
        "  other: PASS",
    ]
    assert "  other: not tried" in told
    assert not any(line.startswith("fetch.lacking") for line in told)


def test_a_report_does_not_differ_from_itself() -> None:
    assert list(compared(MIXED, MIXED)) == []
