"""Runs of trio that can be repeated: the one module that knows its private names.

trio puts tasks that can run in an order of chance, and sorts them before only under
Hypothesis. With that flag on, its chance seeded and a clock that jumps when all wait,
a run without files, sockets and threads is the same each time, in every process.
"""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar
from unittest.mock import patch

import trio
import trio.testing
from logion.testing.clock import NEW_YEAR_2024_MS
from trio._core import _run

Result = TypeVar("Result")

FLAG = "_ALLOW_DETERMINISTIC_SCHEDULING"
"""Of trio: whether tasks are sorted before they are shuffled."""
CHANCE = "_r"
"""Of trio: where the order of tasks is drawn from."""

THREAD_MS_MAX = 20
"""Work that a thread would do takes up to so many virtual milliseconds."""


class VirtualClock:
    """A `logion.clock.Clock` of the time by which a run's tasks sleep."""

    __slots__ = ()

    def time_ms(self) -> int:
        """Return the wall clock: it is New Year 2024 when a run begins."""
        return NEW_YEAR_2024_MS + round(trio.current_time() * 1000)

    def monotonic(self) -> float:
        """Return the seconds since the run began."""
        return trio.current_time()


def run(main: Callable[[], Awaitable[Result]], seed: int) -> Result:
    """Return what `main` returns, run in virtual time: the same for the same seed.

    Raises AttributeError if this trio lacks one of the private names.
    """
    with _repeatable(seed):
        return trio.run(main, clock=trio.testing.MockClock(autojump_threshold=0))


@contextmanager
def _repeatable(seed: int) -> Iterator[None]:
    """Let the order of tasks come from `seed`, and threads be tasks."""
    chance: random.Random = getattr(_run, CHANCE)
    before = chance.getstate()
    with (
        patch.object(_run, FLAG, new=True),
        patch.object(trio.to_thread, "run_sync", _in_no_thread),
    ):
        chance.seed(seed)
        try:
            yield
        finally:
            chance.setstate(before)


async def _in_no_thread(work: Callable[..., Any], *arguments: Any, **_: Any) -> Any:
    """Do what a thread would, some time later, while the others go on."""
    chance: random.Random = getattr(_run, CHANCE)
    await trio.sleep(chance.randrange(THREAD_MS_MAX) / 1000)
    return work(*arguments)
