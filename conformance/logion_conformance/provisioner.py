"""Power over a broker: to stop it, kill it, pause it and start it again.

A case that takes the fixture `provisioner` is judged on a broker of its own, of the
same kind as the target: nothing that another case needs is ever stopped. It is started
for the first such case and kept for the others.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from typing import Literal

import trio

from logion_conformance.case import untestable
from logion_conformance.starting import Started
from logion_conformance.targets import Named, Target, met, started

How = Literal["stop", "kill"]

SETTINGS = {
    "offsets.topic.num.partitions": "1",
    "transaction.state.log.num.partitions": "1",
    "group.initial.rebalance.delay.ms": "0",
    "group.min.session.timeout.ms": "100",
    "zookeeper.session.timeout.ms": "4000",
}
"""Of the broker that is stopped: small internal topics, short sessions."""

STOP_SECONDS_MAX = 30.0
"""How long a broker may take for a clean shutdown."""


class Provisioner:
    """What the suite can do to a broker that it has started."""

    def __init__(self, target: Target, broker: Started) -> None:
        """Have power over `broker`, which was met as `target`."""
        self.target = target
        self._broker = broker

    @property
    def session_ms(self) -> int:
        """A session time-out that the broker allows, a short one if it can be set."""
        return 1_000 if self._broker.has_settings else 6_000

    def need_data(self) -> None:
        """Go on only with a broker that keeps its data; UNTESTABLE if not."""
        if not self._broker.keeps:
            untestable("the target keeps nothing when it is started again")

    async def restart(self, how: How) -> None:
        """Stop the broker, or kill it (kill -9), and start it again on its data.

        On return it accepts connections. UNTESTABLE if it keeps no data.
        """
        self.need_data()
        process = self._broker.process
        if how == "kill":
            await trio.to_thread.run_sync(process.kill)
        else:
            await trio.to_thread.run_sync(process.stop, STOP_SECONDS_MAX)
        await trio.to_thread.run_sync(self._start)

    @asynccontextmanager
    async def paused(self) -> AsyncIterator[None]:
        """Let the broker do nothing for a while, its connections stay open."""
        self._broker.process.pause()
        try:
            yield
        finally:
            self._broker.process.resume()

    def mend(self) -> bool:
        """See that the broker runs, whatever a case has left of it; tell if it did not.

        One that chooses its port may be met at another.
        """
        if self._broker.process.is_running:
            return False
        self._start()
        self.target = replace(self.target, bootstrap=(self._broker.address,))
        return True

    def _start(self) -> None:
        self._broker.await_end()
        self._broker.process.start()


@contextmanager
def provisioned(
    target: Named, settings: Mapping[str, str] | None = None
) -> Iterator[Provisioner]:
    """Run what a name says, other than addresses, until the end, and give power over
    it; NotStarted if it fails."""
    with started(target, settings) as broker:
        yield Provisioner(met(target, broker, settings), broker)
