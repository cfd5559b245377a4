"""The table of deviations is whole: each row has a test, each test a row."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.docs.table import ROOT, rows

HERE = Path(__file__).parent


def test_every_row_says_what_both_do_why_and_which_test_shows_it() -> None:
    assert len(rows()) > 20
    for row in rows():
        assert len(row) == 5, row
        assert all(row), row


@pytest.mark.parametrize("row", rows(), ids=lambda row: row[-1].strip("`")[-60:])
def test_the_test_that_a_row_names_exists(row: list[str]) -> None:
    for named in row[-1].split(", "):
        path, _, name = named.strip("`").partition("::")
        text = (ROOT / path).read_text()
        assert re.search(rf"^(async )?def {name}\(", text, re.MULTILINE), named


def test_every_test_of_a_deviation_stands_in_a_row() -> None:
    named = "".join(row[-1] for row in rows())
    for file in HERE.glob("test_deviations_of_*.py"):
        text = file.read_text()
        for name in re.findall(r"^(?:async )?def (test_\w+)\(", text, re.MULTILINE):
            assert f"`tests/docs/{file.name}::{name}`" in named
