"""Clocks that a test moves: one for pure rules, one that a whole broker runs by."""

from __future__ import annotations

import math

import trio

from logion.clock import SystemClock

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


class JumpingClock(trio.abc.Clock):
    """The time of a broker under test: the machine's, and jumps forward on top.

    It is a `logion.clock.Clock`, and the clock of the broker's trio loop as well: so
    whatever sleeps, waits with a limit or reads the time obeys, and no rule knows of
    it. A frozen one passes by jumps alone. Time never runs backwards while it runs.
    """

    __slots__ = ("_is_frozen", "_jumped_s", "_machine", "_start_ms", "_start_s")

    def __init__(self, *, is_frozen: bool = False) -> None:
        """Begin at the machine's time, and stop there if `is_frozen`."""
        self._machine = SystemClock()
        self._is_frozen = is_frozen
        self._start_ms = self._machine.time_ms()
        self._start_s = self._machine.monotonic()
        self._jumped_s = 0.0

    @property
    def jumped_s(self) -> float:
        """Return how many seconds have passed by jumps."""
        return self._jumped_s

    def time_ms(self) -> int:
        """Return the wall clock: milliseconds since 1970-01-01 UTC."""
        now_ms = self._start_ms if self._is_frozen else self._machine.time_ms()
        return now_ms + round(self._jumped_s * 1000)

    def monotonic(self) -> float:
        """Return seconds since some fixed moment; never less than before."""
        now_s = self._start_s if self._is_frozen else self._machine.monotonic()
        return now_s + self._jumped_s

    def jump(self, duration_s: float) -> None:
        """Let `duration_s` seconds pass at once.

        To be called in the thread of the loop, which sees what is due at its next step.
        Raises ValueError if time would run backwards, or never again.
        """
        if not 0 <= duration_s < math.inf:
            raise ValueError(f"time passes by 0 seconds or more, not by {duration_s}")
        self._jumped_s += duration_s

    def forget_jumps_after(self, jumped_s: float) -> None:
        """Be where the clock would be after `jumped_s` seconds of jumps.

        The one way back: nobody may sleep, wait or remember a time by this clock.
        """
        self._jumped_s = jumped_s

    # What trio asks

    def start_clock(self) -> None:
        """Do nothing: the time has been passing all along."""

    def current_time(self) -> float:
        """Return the time of trio's deadlines, in seconds: `monotonic`."""
        return self.monotonic()

    def deadline_to_sleep_time(self, deadline: float) -> float:
        """Return how many seconds of the machine's time to wait for a deadline."""
        wait_s = deadline - self.monotonic()
        return math.inf if self._is_frozen and wait_s > 0 else wait_s
