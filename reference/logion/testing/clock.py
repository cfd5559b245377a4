"""A clock that stands still until a test moves it."""

from __future__ import annotations

NEW_YEAR_2024_MS = 1_704_067_200_000
"""Where a fake clock starts unless it is told otherwise: 2024-01-01 UTC."""


class FakeClock:
    """A `logion.clock.Clock` whose time passes by `advance` alone."""

    __slots__ = ("_elapsed_ms", "_start_ms")

    def __init__(self, start_ms: int = NEW_YEAR_2024_MS) -> None:
        """Stand still at `start_ms`, milliseconds since 1970-01-01 UTC."""
        self._start_ms = start_ms
        self._elapsed_ms = 0

    def time_ms(self) -> int:
        """Return the wall clock: milliseconds since 1970-01-01 UTC."""
        return self._start_ms + self._elapsed_ms

    def monotonic(self) -> float:
        """Return the seconds that have passed since this clock was made."""
        return self._elapsed_ms / 1000

    def advance(self, duration_ms: int) -> None:
        """Let `duration_ms` milliseconds pass at once."""
        assert duration_ms >= 0, f"time does not run backwards ({duration_ms} ms)"
        self._elapsed_ms += duration_ms
