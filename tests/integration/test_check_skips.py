"""Skips are counted, and only listed reasons pass."""

from __future__ import annotations

from tests.integration.check_skips import not_allowed, patterns_in, skips_in

REPORT = """<testsuites><testsuite>
<testcase name="ran"/>
<testcase name="a"><skipped type="pytest.skip" message="kcat: no kcat"/></testcase>
<testcase name="b"><skipped type="pytest.skip" message="kcat: no kcat"/></testcase>
<testcase name="c"><skipped type="pytest.skip" message="no shared facts"/></testcase>
<testcase name="d"><skipped type="pytest.xfail" message="known"/></testcase>
</testsuite></testsuites>"""


def test_skips_are_counted_by_reason_and_expected_failures_are_none() -> None:
    assert skips_in(REPORT) == {"kcat: no kcat": 2, "no shared facts": 1}


def test_a_reason_that_no_pattern_matches_is_not_allowed() -> None:
    patterns = patterns_in("# why\nno shared *\n\n")
    assert not_allowed(skips_in(REPORT), patterns) == ["kcat: no kcat"]
