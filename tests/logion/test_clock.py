from __future__ import annotations

from logion.clock import SystemClock


def test_the_wall_clock_is_past_the_year_this_was_written() -> None:
    assert SystemClock().time_ms() > 1_700_000_000_000


def test_monotonic_time_never_runs_backwards() -> None:
    clock = SystemClock()
    readings = [clock.monotonic() for _ in range(100)]
    assert readings == sorted(readings)
