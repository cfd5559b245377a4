"""How a run, and a case, come to their end when something else has to end them.

Ctrl-C and SIGTERM end the case that is under way as its longest time does: by a task
beside it, so that it deletes what it has made. An exception that a signal raises just
anywhere would meet trio amid its own work, and leave half-closed files behind.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, nullcontext

import trio

from logion_conformance.expect import Broken


class Ending:
    """Hears that the run is to end, and ends the case under way first."""

    def __init__(self) -> None:
        """Begin with nothing heard."""
        self.is_told = False
        self._has_case = False
        self._token: trio.lowlevel.TrioToken | None = None
        self._heard = trio.Event()

    def told(self, *_: object) -> None:
        """Take a signal: KeyboardInterrupt, at the end of the case if there is one.

        Told again, it waits for nothing.
        """
        waits = self._has_case and not self.is_told
        self.is_told = True
        if not waits:
            raise KeyboardInterrupt
        if self._token is not None:
            self._token.run_sync_soon(self._heard.set)

    def terminated(self, *_: object) -> None:
        """Take SIGTERM: as Ctrl-C, which trio hears out of cases; or as it is, where
        Ctrl-C is not to be heard, as of a process in the background."""
        is_heard = signal.getsignal(signal.SIGINT) is not signal.SIG_IGN
        if self._has_case or not is_heard:
            self.told()
        else:
            signal.raise_signal(signal.SIGINT)

    @contextmanager
    def hearing(self) -> Iterator[None]:
        """Take SIGTERM meanwhile."""
        with taking(signal.SIGTERM, self.terminated):
            yield

    @contextmanager
    def case(self) -> Iterator[None]:
        """Run a case inside; KeyboardInterrupt at its end if the run is to end."""
        self._heard = trio.Event()
        is_usual = signal.getsignal(signal.SIGINT) is signal.default_int_handler
        with taking(signal.SIGINT, self.told) if is_usual else nullcontext():
            self._has_case = True
            try:
                yield
            except BaseException:
                if self.is_told:
                    raise KeyboardInterrupt from None
                raise
            finally:
                self._has_case = False
            if self.is_told:
                raise KeyboardInterrupt

    async def wait(self) -> None:
        """Raise KeyboardInterrupt once the run is to end."""
        self._token = trio.lowlevel.current_trio_token()
        try:
            if not self.is_told:
                await self._heard.wait()
        finally:
            self._token = None
        raise KeyboardInterrupt


@contextmanager
def taking(number: signal.Signals, take: Callable[..., None]) -> Iterator[None]:
    """Let a signal be taken so meanwhile, where this thread may say so."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(number, take)
    try:
        yield
    finally:
        signal.signal(number, before)


@asynccontextmanager
async def ending(seconds: float, run: Ending) -> AsyncIterator[None]:
    """See that a case ends, whatever the broker keeps telling it: Broken if it has to
    be made to, KeyboardInterrupt if the run is to end."""

    async def end() -> None:
        await trio.sleep(seconds)
        raise Broken("the case", expected=f"its end within {seconds:g} s", came="none")

    async with trio.open_nursery() as nursery:
        nursery.start_soon(end)
        nursery.start_soon(run.wait)
        yield
        nursery.cancel_scope.cancel()
