"""How hard those tests try that draw their examples: `make verify` draws many more than
`make test`, which has to end in 15 minutes."""

from __future__ import annotations

import os

EFFORT = "LOGION_EFFORT"
"""The variable of the environment that says how many times as many."""

USUAL = 50
"""Examples of a test that does not say how many."""


def examples(count: int) -> int:
    """Return how many examples to draw where `make test` draws `count`."""
    return count * int(os.environ.get(EFFORT, "1"))
