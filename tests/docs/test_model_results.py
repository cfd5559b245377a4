"""`docs/model-results.md` tells of the last run of every check: all as expected."""

from __future__ import annotations

from pathlib import Path

from logion_model.catalogue import CATALOGUE
from logion_model.entry import written

from tests import model_results

PAGE = Path(__file__).parents[2] / "docs" / "model-results.md"
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in PAGE.read_text().splitlines()
    if line.startswith("| ") and not line.startswith(("| model ", "| --- "))
]


def test_every_check_found_what_was_expected() -> None:
    assert [row for row in ROWS if row[-1] != "as expected"] == []


def test_every_entry_of_the_catalogue_was_checked() -> None:
    checked = {(name, scope) for name, scope, *_ in ROWS}
    assert {(it.name, written(it.scope)) for it in CATALOGUE} <= checked


def test_what_was_found_is_what_the_catalogue_still_expects() -> None:
    known = {(it.name, written(it.scope)): it for it in CATALOGUE if it.distinct}
    for name, scope, judged, verdict, states, depth, *_ in ROWS:
        entry = known.get((name, scope))
        if entry and entry.properties is None and judged == "all":
            found = (verdict, int(states.replace(",", "")), int(depth))
            assert found == (entry.verdict, entry.distinct, entry.depth)


def test_what_is_not_as_expected_stands_out() -> None:
    entry = {
        "name": "log", "scope": [2, 2, 1], "properties": ["a-b"], "verdict": "holds",
        "distinct": 1_223, "depth": 9, "trace_length": None, "seconds": 0.25,
        "difference": "1 states",
    }  # fmt: skip
    found = model_results.Found(("--all",), [entry], 1, 0.4, 0.3)
    page = model_results.report("today", [found])
    assert "1 checked in 0 s (0 s of processor time): 1 not as expected." in page
    row = "| log | 2,2,1 | a-b | holds | 1,223 | 9 |  | 0.2 | **not as expected** |"
    assert row in page
