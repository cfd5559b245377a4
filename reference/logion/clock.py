"""Time, as an argument: nothing else in the product reads a clock.

`SystemClock` is the machine's; `logion.testing.clock.FakeClock` moves when told to.
"""

from __future__ import annotations

import time
from typing import Protocol


class Clock(Protocol):
    """What the time is, and how much of it has passed."""

    def time_ms(self) -> int:
        """Return the wall clock, which may step: milliseconds since 1970-01-01 UTC."""
        ...

    def monotonic(self) -> float:
        """Return seconds since some fixed moment; never less than before."""
        ...


class SystemClock:
    """The machine's own clocks."""

    __slots__ = ()

    def time_ms(self) -> int:
        """Return the wall clock: milliseconds since 1970-01-01 UTC."""
        return time.time_ns() // 1_000_000  # noqa: TID251 - the one reader of time

    def monotonic(self) -> float:
        """Return seconds since some fixed moment; never less than before."""
        return time.monotonic()  # noqa: TID251 - the one reader of time
