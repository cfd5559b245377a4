"""The shared facts that tests compare with, where they are there.

They lie beside the repository, in `../shared`, and are no part of it.
"""

from __future__ import annotations

from pathlib import Path

import pytest

_BESIDE = Path(__file__).parents[2] / "shared"

SHARED: Path | None = _BESIDE if (_BESIDE / "spec").is_dir() else None
"""The folder of shared facts; None if it is not beside the repository."""

needs_shared = pytest.mark.skipif(
    SHARED is None, reason="needs the shared facts in ../shared"
)
"""Marks a test that compares with the shared facts."""


def shared(path: str) -> Path:
    """Return a file or folder of the shared facts, for a test marked needs_shared."""
    assert SHARED is not None, "the test lacks the marker needs_shared"
    return SHARED / path
