from __future__ import annotations

import pytest
from logion.testing.clock import FakeClock


def test_a_fake_clock_stands_still() -> None:
    clock = FakeClock(1000)
    assert (clock.time_ms(), clock.monotonic()) == (1000, 0.0)
    assert (clock.time_ms(), clock.monotonic()) == (1000, 0.0)


def test_advancing_moves_both_clocks() -> None:
    clock = FakeClock(1000)
    clock.advance(1500)
    assert (clock.time_ms(), clock.monotonic()) == (2500, 1.5)


def test_time_does_not_run_backwards() -> None:
    with pytest.raises(AssertionError):
        FakeClock().advance(-1)
