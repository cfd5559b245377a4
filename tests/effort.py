"""How hard tests try: `make test` has to end in 15 minutes, `make verify` has hours.

`LOGION_EFFORT=10`, which `make verify` sets, has the tests that draw their examples
draw ten times as many, and runs those too that are marked `verify`: `make test` has
others of their kind. `LOGION_EFFORT=1` runs all of them with the usual examples.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import pytest

EFFORT = "LOGION_EFFORT"
"""The variable of the environment that says how many times as many."""

T = TypeVar("T")

USUAL = 50
"""Examples of a test that does not say how many."""


def examples(count: int) -> int:
    """Return how many examples to draw where `make test` draws `count`."""
    return count * int(os.environ.get(EFFORT, "1"))


def usually(cases: Iterable[T], is_usual: Callable[[T], bool]) -> list[Any]:
    """Return cases to parametrize by; those that are not usual are marked `verify`."""
    return [
        pytest.param(it, marks=() if is_usual(it) else pytest.mark.verify)
        for it in cases
    ]


def is_thorough() -> bool:
    """Whether what is marked `verify` runs as well."""
    return EFFORT in os.environ
