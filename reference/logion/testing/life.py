"""One run of a broker in a thread of its own, as the other threads see it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from contextlib import suppress
from functools import partial
from typing import TypeVar

import trio
from outcome import Error as Failure
from outcome import Outcome, Value, acapture, capture
from trio.testing import wait_all_tasks_blocked

from logion.broker.broker import Broker, open_broker
from logion.broker.faults.faults import Faults
from logion.config import BrokerConfig
from logion.disk import Disk
from logion.testing.clock import JumpingClock

T = TypeVar("T")

ANSWER_TIMEOUT_S = 60.0
"""How long a look into the broker may take at most."""

SETTLING_S = 1.0
"""How long `advance` waits at most for a broker that clients keep busy."""


class Life:
    """One run of a broker, from `run` in its thread to `end`."""

    def __init__(self, clock: JumpingClock) -> None:
        """Have the broker, and the loop it runs in, go by `clock`."""
        self.clock = clock
        self._started: Future[Outcome[Broker]] = Future()
        self._broker: Broker | None = None
        self._stopping = trio.CancelScope()
        self._token: trio.lowlevel.TrioToken | None = None
        self.ending: Outcome[None] = Value(None)
        """How it ended: with None, or with what it died of after it had started."""

    @property
    def broker(self) -> Broker:
        """Return the broker, once `wait` has returned."""
        assert self._broker is not None, "nobody has waited for it"
        return self._broker

    def wait(self) -> None:
        """Return once clients can connect; raises why they never can."""
        self._broker = self._started.result().unwrap()

    def run(self, config: BrokerConfig, disk: Disk, faults: Faults) -> None:
        """Run a broker until `end`; in its own thread."""
        main = partial(self._main, config, disk, faults)
        ending = capture(partial(trio.run, main, clock=self.clock))
        if self._started.done():
            self.ending = ending
        else:
            assert isinstance(ending, Failure), "it cannot end before it has started"
            self._started.set_result(ending)

    async def _main(self, config: BrokerConfig, disk: Disk, faults: Faults) -> None:
        with self._stopping:
            async with open_broker(config, self.clock, disk, faults=faults) as running:
                self._token = trio.lowlevel.current_trio_token()
                self._started.set_result(Value(running))
                await trio.sleep_forever()

    def end(self) -> None:
        """Have the broker shut down; its thread ends soon after."""
        assert self._token is not None, "only what has started can end"
        with suppress(trio.RunFinishedError):  # it has died already
            self._token.run_sync_soon(self._stopping.cancel)

    def ask(self, question: Callable[[Broker], T]) -> T:
        """Ask in the broker's own thread, between two of its steps."""
        assert self._token is not None, "only what has started can be asked"
        answer: Future[Outcome[T]] = Future()

        def look() -> None:
            answer.set_result(capture(question, self.broker))

        self._token.run_sync_soon(look)
        return answer.result(ANSWER_TIMEOUT_S).unwrap()

    def do(self, work: Callable[[Broker], Awaitable[T]]) -> T:
        """Have `work` done by a task of the broker's loop; return what it returns."""
        return self._begin(partial(work, self.broker)).result(ANSWER_TIMEOUT_S).unwrap()

    def advance(self, duration_s: float) -> None:
        """Let time pass for the broker; returns when it has done what was due.

        Clients may keep it busy for ever: after a while it returns all the same.
        """
        self.ask(lambda _: self.clock.jump(duration_s))
        with suppress(TimeoutError):
            self._begin(wait_all_tasks_blocked).result(SETTLING_S)

    def _begin(self, work: Callable[[], Awaitable[T]]) -> Future[Outcome[T]]:
        """Start a task of the broker's loop; return its coming end."""
        assert self._token is not None, "only what has started can do anything"
        end: Future[Outcome[T]] = Future()

        async def run() -> None:
            end.set_result(await acapture(work))

        self._token.run_sync_soon(trio.lowlevel.spawn_system_task, run)
        return end
