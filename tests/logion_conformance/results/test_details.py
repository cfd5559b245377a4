from __future__ import annotations

from dataclasses import replace

from logion_conformance.results import details
from logion_conformance.results.model import Verdict

from tests.logion_conformance.results.made import MIXED, SAID, STORY, case, trial


def test_what_came_to_the_same_is_told_together() -> None:
    trials = [trial("PASS", 3), trial("PASS", 4), trial("PASS", 5), trial("FAIL", 6)]
    made = "".join(details.detail(case("a.b", *trials), "logion"))
    assert "<h3>PASS in versions 3 to 5</h3>" in made
    assert "<h3>FAIL in version 6: the reason of FAIL</h3>" in made


def test_versions_are_named_as_one_would() -> None:
    assert details.versions([trial("PASS")]) == ""
    assert details.versions([trial("PASS", 1), trial("PASS", 3)]) == (
        " in version 1 and 3"
    )


def test_a_failure_shows_clause_expectation_exchange_and_bytes() -> None:
    known = MIXED.cases[0]
    made = "".join(details.detail(known, "logion"))
    assert '<p class="verdict FAIL">FAIL on logion</p>' in made
    assert '<p class="says">fetch.known is kept.</p>' in made
    assert "<dt>expected</dt><dd>NONE (0)</dd>" in made
    assert "#4 v9 MetadataRequest()" in made
    assert "<span>03 00</span>" in made
    assert '<a href="https://example.org/KIP-1"' in made


def test_the_field_that_differs_is_named_and_its_bytes_are_marked() -> None:
    said = replace(SAID, field="errorCode", marked=(0, 1))
    made = "".join(details.told(replace(STORY, exchanges=(said,))))
    assert "<p>differs: errorCode</p>" in made
    assert "<mark>03</mark> <span>00</span>" in made


def test_what_could_be_a_script_is_no_link() -> None:
    assert details.link("javascript:alert(1)") == "<code>javascript:alert(1)</code>"


def test_a_case_that_could_not_judge_shows_what_came_instead() -> None:
    made = "".join(details.told(replace(STORY, looked_at="", exchanges=())))
    assert "looked at" not in made
    assert "exchange" not in made
    assert Verdict.FAIL not in made


def test_a_program_that_does_it_again_is_kept_in_the_page() -> None:
    again = replace(STORY, program='print("<")')
    made = "".join(details.told(again))
    assert "<pre>print(&quot;&lt;&quot;)</pre>" in made
    assert "over plain sockets" not in "".join(details.told(STORY))
