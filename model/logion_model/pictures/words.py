"""A counterexample in words: numbered steps, and below each what it changed."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from logion_model.kernel import Violation
from logion_model.pictures.changes import called, changes

WIDTH = 100
"""Longer lines are cut: a picture or `--json` has the rest."""


def words_of(violation: Violation[Any]) -> str:
    """Return what is violated, and the steps that lead there."""
    lines = [f"violates {violation.broken} ({violation.source})"]
    for number, (before, after) in enumerate(pairwise(violation.steps), 1):
        assert after.action is not None
        lines.append(f"{number:3}. {called(after.action)}")
        lines += [_cut(f"       {it}") for it in changes(before.state, after.state)]
    return "\n".join(lines)


def _cut(line: str) -> str:
    return line if len(line) <= WIDTH else f"{line[: WIDTH - 3]}..."
