"""Python's collector of cycles, set for a process that is nothing but a broker.

Source: docs/decisions/0019; Python's documentation of `gc`.
"""

from __future__ import annotations

import gc

GROWTH = 50_000
"""Containers that may be added, beyond those that went, before one looks for cycles."""


def collect_seldom() -> None:
    """Have cycles looked for when the broker has grown, not while it is at work.

    What is there by now is never looked at again: modules, classes, settings.
    """
    gc.freeze()
    _, *older = gc.get_threshold()
    gc.set_threshold(GROWTH, *older)
