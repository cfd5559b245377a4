from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from logion_conformance.compare.catalogue import PROBES
from logion_conformance.compare.comparison import Outcome
from logion_conformance.compare.known import KNOWN

from tests.docs import compare_page
from tests.docs.settings_compared import section
from tests.docs.table import rows


def result(**changes: Any) -> dict[str, Any]:
    return {
        "apache": "3.9.1",
        "probes": 2,
        "versions": "all",
        "runs": 5,
        "equal": 3,
        "deviations": 1,
        "rows": {"test_a": 1},
        "unexplained": {"Fetch/x": [1]},
        "date": "2026-11-29",
        "commit": "abc",
        **changes,
    }


@pytest.mark.parametrize(
    ("outcomes", "status"),
    [([Outcome(PROBES[0], 0, ())], 0), ([], 1)],
    ids=["equal", "nothing compared"],
)
def test_a_release_of_which_nothing_was_compared_fails(
    outcomes: list[Outcome],
    status: int,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    def compared(left: object, right: object, plan: object) -> SimpleNamespace:
        return SimpleNamespace(outcomes=outcomes)

    monkeypatch.setattr(compare_page, "compare", compared)
    kept = tmp_path / "compared.json"
    kept.write_text("{}")
    monkeypatch.setattr(compare_page, "KEPT", kept)
    monkeypatch.setattr(compare_page, "PAGE", tmp_path / "compare.md")
    assert compare_page.main(["--quick", "3.9"]) == status
    assert json.loads(kept.read_text())["3.9"]["runs"] == len(outcomes)


def test_the_page_shows_what_is_kept() -> None:
    assert compare_page.page(compare_page.kept()) == compare_page.PAGE.read_text()


def test_a_release_has_a_row_its_deviations_and_what_is_unexplained() -> None:
    text = compare_page.page({"3.9": result()})
    assert "| 3.9 | 3.9.1 | 2 | all | 5 | 3 | 1 | 1 | 2026-11-29 | abc |" in text
    assert "| `test_a` | 3.9: 1 |" in text
    assert "| 3.9 | Fetch/x (1) |" in text


def test_without_anything_unexplained_the_page_says_so() -> None:
    text = compare_page.page({"3.9": result(unexplained={}, rows={})})
    assert "\nNothing is unexplained.\n" in text


def test_the_settings_of_a_release_are_counted() -> None:
    rows = [it.split(" | ") for it in section().splitlines() if it.startswith("| 4")]
    (_, *described, changes, refused) = rows[-1]
    assert described == ["342", "33", "17", "1"]
    assert (changes, refused) == ("108", "1 |")


def test_every_known_difference_is_a_row_of_the_deviations() -> None:
    named = "".join(row[-1] for row in rows())
    assert [it.row for it in KNOWN if f"::{it.row}`" not in named] == []


def test_every_probe_has_a_name_of_its_own() -> None:
    names = [it.name for it in PROBES]
    assert len(set(names)) == len(names)
