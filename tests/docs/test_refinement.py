"""What docs/refinement.md names is there: a row is a claim."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/refinement.md").read_text()
SOURCES = "\n".join(
    file.read_text()
    for folder in ("reference", "model", "tests/logion_harness")
    for file in sorted((ROOT / folder).rglob("*.py"))
)
ROWS = re.findall(
    r"^\| (?!rule)(.+?) \| (.+?) \| (.+?) \| (.+?) \|$", PAGE, re.MULTILINE
)
NAME = re.compile(r"`([A-Za-z_.]+)`")


def defined(name: str) -> bool:
    """Return whether a function or method of this name is defined somewhere."""
    return bool(re.search(rf"def {name.rpartition('.')[2]}\b", SOURCES))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0][:40])
def test_rule_action_test_and_bug_of_a_row_exist(row: tuple[str, ...]) -> None:
    rules, _, tests, bugs = row
    names = NAME.findall(f"{rules} {tests} {bugs}")
    unknown = [name for name in names if name != "Producer" and not defined(name)]
    assert not unknown


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0][:40])
def test_a_model_action_of_a_row_is_one_that_a_specification_takes(
    row: tuple[str, ...],
) -> None:
    for action in NAME.findall(row[1]):
        assert f'"{action}"' in SOURCES


def test_every_planted_bug_has_a_row() -> None:
    planted = re.findall(
        r"^def (\w+)\(patch: pytest.MonkeyPatch\)", SOURCES, re.MULTILINE
    )
    assert len(planted) >= 20
    assert [bug for bug in planted if f"`{bug}`" not in PAGE] == []
