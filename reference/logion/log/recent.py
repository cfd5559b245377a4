"""Where the last appends are: consumers at the end of a log ask for just these."""

from __future__ import annotations

GENERATION = 64
"""Appends remembered: between this many and twice as many."""


class RecentAppends:
    """Position and size of the first batch of each recent append, by its offset."""

    __slots__ = ("_new", "_old")

    def __init__(self) -> None:
        """Remember nothing yet."""
        self._new: dict[int, tuple[int, int]] = {}
        self._old: dict[int, tuple[int, int]] = {}

    def add(self, offset: int, position: int, size: int) -> None:
        """Remember an append; the oldest ones are forgotten."""
        if len(self._new) >= GENERATION:
            self._old, self._new = self._new, {}
        self._new[offset] = (position, size)

    def find(self, offset: int) -> tuple[int, int] | None:
        """Return position and size of the batch appended at `offset`, if remembered."""
        return self._new.get(offset) or self._old.get(offset)

    def clear(self) -> None:
        """Forget everything: the log was cut or has rolled."""
        self._new.clear()
        self._old.clear()
