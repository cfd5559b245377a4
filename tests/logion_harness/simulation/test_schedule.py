from __future__ import annotations

import random

import pytest
import trio
from logion_harness.simulation import schedule
from logion_harness.simulation.schedule import VirtualClock
from trio._core import _run


def test_trio_still_has_the_private_names() -> None:
    assert getattr(_run, schedule.FLAG) in (True, False)
    assert isinstance(getattr(_run, schedule.CHANCE), random.Random)


def test_a_trio_without_them_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schedule, "FLAG", "_NO_LONGER_THERE")
    with pytest.raises(AttributeError, match="_NO_LONGER_THERE"):
        schedule.run(trio.lowlevel.checkpoint, 1)


async def race() -> str:
    """Return the order in which eight tasks ran, five times each."""
    order = []

    async def run(name: str) -> None:
        for _ in range(5):
            await trio.lowlevel.checkpoint()
            order.append(name)

    async with trio.open_nursery() as nursery:
        for name in "abcdefgh":
            nursery.start_soon(run, name)
    return "".join(order)


def test_a_seed_decides_in_which_order_tasks_run() -> None:
    assert schedule.run(race, 1) == schedule.run(race, 1)
    assert len({schedule.run(race, seed) for seed in range(20)}) == 20


def test_the_chance_of_other_runs_goes_on_as_before() -> None:
    chance = getattr(_run, schedule.CHANCE)
    before, flag = chance.getstate(), getattr(_run, schedule.FLAG)
    schedule.run(race, 1)
    assert chance.getstate() == before
    assert getattr(_run, schedule.FLAG) is flag


def test_time_passes_only_where_tasks_sleep() -> None:
    clock = VirtualClock()

    async def sleep() -> tuple[int, float]:
        before_ms, before_s = clock.time_ms(), clock.monotonic()
        await trio.sleep(3600)
        return clock.time_ms() - before_ms, clock.monotonic() - before_s

    assert schedule.run(sleep, 1) == (3_600_000, 3600)


def test_what_a_thread_would_do_is_done_by_a_task() -> None:
    async def work() -> int:
        return await trio.to_thread.run_sync(lambda: trio.lowlevel.current_task() and 7)

    assert schedule.run(work, 1) == 7
