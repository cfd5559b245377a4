"""Why a change of the code is noticed by no test."""

from __future__ import annotations

import re
from collections.abc import Mapping

REASONS: Mapping[str, str] = {}
"""Reasons by what `tests/mutation/code.json` says of a survivor."""

MESSAGE = re.compile(r'^\w[\w.]*: `[^`]*["\'].*` -> `')


def reason(survivor: str) -> str:
    """Return why it survives, `not examined` if nobody has said."""
    return REASONS.get(survivor, "not examined")
