"""One run of a broker in a thread of its own, as the other threads see it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future
from concurrent.futures import wait as wait_for
from contextlib import AsyncExitStack, ExitStack, contextmanager, suppress
from functools import partial
from threading import Lock
from typing import Any, TypeVar

import trio
from outcome import Error as Failure
from outcome import Outcome, Value, acapture, capture
from trio.testing import wait_all_tasks_blocked

from logion.broker.broker import JOURNAL, Broker, bind_all, open_broker
from logion.broker.faults.faults import Faults
from logion.broker.listener import Listener, bind
from logion.config import BrokerConfig
from logion.disk import Disk
from logion.testing.clock import JumpingClock
from logion.testing.snapshot import Snapshot, read_folders, write_folders

T = TypeVar("T")

ANSWER_TIMEOUT_S = 60.0
"""How long a look into the broker may take at most."""

STEPS = 10
"""How often every task of a busy broker has its turn, before `advance` may return."""

SETTLING_S = 1.0
"""How long `advance` waits at most for a broker that clients keep busy."""


class Life:
    """One run of a broker, from `run` in its thread to `end`."""

    def __init__(
        self,
        clock: JumpingClock,
        disk: Disk,
        config: BrokerConfig,
        *,
        console: bool = False,
    ) -> None:
        """Have a broker with data on `disk` go by `clock`, and the loop it runs in."""
        self.clock = clock
        self.console_url = ""
        """Where its console is, "" if it has none."""
        self._has_console = console
        self._disk = disk
        self._config = config
        self._opened: Future[Outcome[None]] = Future()
        self._broker: Broker | None = None
        self._stopping = trio.CancelScope()
        self._token: trio.lowlevel.TrioToken | None = None
        self._renewing = trio.Event()
        self._between: Callable[[], None] = lambda: None
        self._one_at_a_time = Lock()
        self.ending: Outcome[None] = Value(None)
        """How it ended: with None, or with what it died of after it had started."""
        self._over: Future[None] = Future()
        """Done once `ending` says how."""

    @property
    def broker(self) -> Broker:
        """Return the broker, once `wait` has returned."""
        assert self._broker is not None, "nobody has waited for it"
        return self._broker

    def wait(self) -> None:
        """Return once clients can connect; raises why they never can."""
        self._opened.result().unwrap()

    def run(self, faults: Faults) -> None:
        """Run a broker until `end`; in its own thread."""

        def live() -> None:
            trio.run(self._main, faults, clock=self.clock)

        ending = capture(live)
        if self._opened.done():
            self.ending = ending
        else:
            failed = isinstance(ending, Failure)
            self._opened.set_result(ending if failed else Failure(_stopped()))
        self._over.set_result(None)

    async def _main(self, faults: Faults) -> None:
        self._token = trio.lowlevel.current_trio_token()
        places = [("console", "127.0.0.1", 0)] if self._has_console else []
        with (
            self._stopping,
            _closing(bind_all(self._config)) as listeners,
            _closing([bind(*it) for it in places]) as consoles,
        ):
            while True:
                await self._live_once(listeners, consoles, faults)
                self._between()

    async def _live_once(
        self,
        listeners: Sequence[Listener],
        consoles: Sequence[Listener],
        faults: Faults,
    ) -> None:
        """Run the broker on duplicates of these listeners until it is to be renewed.

        What it has stored is thrown away then.
        """
        with _closing([it.duplicate() for it in listeners]) as bound:
            opening = open_broker(
                self._config, self.clock, self._disk, faults=faults, bound=bound
            )
            async with opening as self._broker, AsyncExitStack() as stack:
                for console in consoles:
                    await self._open_console(self._broker, console.duplicate(), stack)
                self._renewing = trio.Event()
                self._opened.set_result(Value(None))
                await self._renewing.wait()
                self._broker.state.logs.abandon()

    async def _open_console(
        self, broker: Broker, listener: Listener, stack: AsyncExitStack
    ) -> None:
        from logion.console.server import open_console

        console = open_console(broker, listener)
        self.console_url = await stack.enter_async_context(console)

    def _renew(self, between: Callable[[], None]) -> None:
        """Close the broker, call `between`, and open it again on the same sockets.

        Raises what `between` or the opening does: the broker has ended then.
        """

        def begin(_: Broker) -> None:
            self._opened = Future()
            self._between = between
            self._renewing.set()

        with self._one_at_a_time:
            self.ask(begin)
            self.wait()

    async def read_folders(self, broker: Broker) -> tuple[dict[str, bytes], ...]:
        """Return all files of the data folders; in the broker's thread.

        The journal is as after a clean end, without its history: it opens soon.
        """
        broker.state.partitions.note_high_watermarks()
        broker.state.logs.write_checkpoints()
        journal = await broker.state.cluster.journal()
        first, *others = read_folders(self._disk, self._config.log_dirs)
        return {**first, JOURNAL: journal}, *others

    def restore(self, snapshot: Snapshot) -> None:
        """Close the broker and open it again with the files and time of a snapshot.

        Clients lose their connections; new ones wait until the broker is open. Returns
        when it knows its groups and transactions again. Raises ValueError if it is of
        another number of data folders.
        """
        folders = self._config.log_dirs
        if len(snapshot.folders) != len(folders):
            text = f"{len(snapshot.folders)} data folders where {len(folders)} were"
            raise ValueError(f"a snapshot of {text} expected")

        def between() -> None:
            write_folders(self._disk, folders, snapshot.folders)
            self.clock.forget_jumps_after(snapshot.jumped_s)

        self._renew(between)
        self.do(_loaded)

    def end(self) -> None:
        """Have the broker shut down; its thread ends soon after."""
        self._soon(self._stopping.cancel)

    def ask(self, question: Callable[[Broker], T]) -> T:
        """Ask in the broker's own thread, between two of its steps.

        Raises what the broker dies of meanwhile, as `do` and `advance` do.
        """
        answer: Future[Outcome[T]] = Future()

        def look() -> None:
            answer.set_result(capture(question, self.broker))

        self._soon(look)
        return self._answer(answer)

    def do(self, work: Callable[[Broker], Awaitable[T]]) -> T:
        """Have `work` done by a task of the broker's loop; return what it returns."""
        return self._answer(self._begin(partial(work, self.broker)))

    def advance(self, duration_s: float) -> None:
        """Let time pass for the broker; returns when it has done what was due.

        Clients may keep it busy for ever: after a while it returns all the same.
        """
        self.ask(lambda _: self.clock.jump(duration_s))
        self._answer(self._begin(_steps))
        with suppress(TimeoutError):
            self._answer(self._begin(wait_all_tasks_blocked), SETTLING_S)

    def _begin(self, work: Callable[[], Awaitable[T]]) -> Future[Outcome[T]]:
        """Start a task of the broker's loop; return its coming end."""
        end: Future[Outcome[T]] = Future()

        async def run() -> None:
            end.set_result(await acapture(work))

        self._soon(_spawn, run)
        return end

    def _soon(self, act: Callable[..., object], *given: object) -> None:
        """Have something called in the broker's loop, unless that has ended."""
        assert self._token is not None, "only what has started does anything"
        with suppress(trio.RunFinishedError):
            self._token.run_sync_soon(act, *given)

    def _answer(
        self, coming: Future[Outcome[T]], timeout_s: float = ANSWER_TIMEOUT_S
    ) -> T:
        """Return what comes from the loop.

        Raises what the broker dies of meanwhile, RuntimeError if it only ends, and
        TimeoutError if nothing happens.
        """
        either: tuple[Future[Any], ...] = coming, self._over
        wait_for(either, timeout_s, FIRST_COMPLETED)
        if coming.done() and not _is_cancelled(coming.result()):
            return coming.result().unwrap()
        self._over.result(timeout_s)
        raise self.ending.error if isinstance(self.ending, Failure) else _stopped()


@contextmanager
def _closing(listeners: Sequence[Listener]) -> Iterator[Sequence[Listener]]:
    """Give listeners; at the end their sockets are closed, whoever has used them."""
    with ExitStack() as sockets:
        for listener in listeners:
            sockets.enter_context(listener.bound)
        yield listeners


def _spawn(task: Callable[[], Awaitable[None]]) -> None:
    """Start a task of the loop; none if that is at its end, as who waits is told."""
    with suppress(RuntimeError):  # the nursery is closed to new arrivals
        trio.lowlevel.spawn_system_task(task)


def _stopped() -> RuntimeError:
    return RuntimeError("the broker was stopped meanwhile")


def _is_cancelled(outcome: Outcome[T]) -> bool:
    """Tell whether the end of the loop is what came."""
    return isinstance(outcome, Failure) and isinstance(outcome.error, trio.Cancelled)


async def _steps() -> None:
    """Let every task that can go on do so, some times over."""
    for _ in range(STEPS):
        await trio.lowlevel.checkpoint()


async def _loaded(broker: Broker) -> None:
    """Return once the broker knows its groups and transactions."""
    await broker.state.groups.shards.loaded()
    await broker.state.transactions.shards.loaded()
