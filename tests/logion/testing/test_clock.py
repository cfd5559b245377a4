from __future__ import annotations

import math

import pytest
import trio
import trio.testing
from logion.testing.clock import FakeClock, JumpingClock


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


def test_a_running_clock_passes_by_itself_and_by_jumps() -> None:
    clock = JumpingClock()
    wall_ms, passed_s = clock.time_ms(), clock.monotonic()
    clock.jump(3600)
    clock.jump(0)
    assert clock.time_ms() >= wall_ms + 3_600_000
    assert clock.monotonic() >= passed_s + 3600
    assert clock.jumped_s == 3600


def test_a_frozen_clock_passes_by_jumps_alone() -> None:
    clock = JumpingClock(is_frozen=True)
    wall_ms, passed_s = clock.time_ms(), clock.monotonic()
    clock.jump(0.25)
    assert clock.time_ms() == wall_ms + 250
    assert clock.monotonic() == passed_s + 0.25


@pytest.mark.parametrize("duration_s", [-0.001, math.inf, math.nan])
def test_a_jump_back_or_out_of_time_is_refused(duration_s: float) -> None:
    clock = JumpingClock()
    with pytest.raises(ValueError, match="0 seconds or more"):
        clock.jump(duration_s)
    assert clock.jumped_s == 0


@pytest.mark.parametrize("is_frozen", [False, True])
def test_trio_sees_what_a_jump_makes_due(is_frozen: bool) -> None:
    clock = JumpingClock(is_frozen=is_frozen)

    async def main() -> None:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(trio.sleep, 3600)
            await trio.testing.wait_all_tasks_blocked()
            with trio.move_on_after(1800) as limit:
                clock.jump(3600)
                await trio.sleep_forever()
            assert limit.cancelled_caught

    trio.run(main, clock=clock)


def test_trio_waits_for_a_running_clock_and_never_for_a_frozen_one() -> None:
    running, frozen = JumpingClock(), JumpingClock(is_frozen=True)
    assert 0 < running.deadline_to_sleep_time(running.monotonic() + 60) <= 60
    assert frozen.deadline_to_sleep_time(frozen.monotonic() + 60) == math.inf
    assert frozen.deadline_to_sleep_time(frozen.monotonic()) == 0
