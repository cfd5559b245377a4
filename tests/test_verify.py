"""`make verify` takes the steps asked for, and leaves the rows of the others."""

from __future__ import annotations

import pytest

from tests import verify


def row(step: verify.Step, summary: str) -> str:
    return verify.row(step, passed=True, summary=summary, seconds=1.4, seed=7)


def test_a_page_gives_its_rows_back() -> None:
    rows = {it.what: row(it, f"{it.key} | passed") for it in verify.steps(7)}
    assert verify.rows_of(verify.report(list(rows.values()))) == rows


def test_steps_are_named_by_their_key() -> None:
    found = verify.chosen(verify.steps(7), ["models", "conformance"])
    assert len(found) == 1 + len(verify.RELEASES)
    assert verify.chosen(verify.steps(7), []) == verify.steps(7)


def test_a_key_of_no_step_is_refused() -> None:
    with pytest.raises(SystemExit, match="no step model: there are check, unit, "):
        verify.chosen(verify.steps(7), ["model"])
