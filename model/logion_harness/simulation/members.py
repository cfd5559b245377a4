"""Members of one group: they read what falls to them, commit, end and are replaced."""

from __future__ import annotations

from dataclasses import replace

import trio
from logion.client.cluster import Cluster
from logion.client.consumer import ConsumerOptions
from logion.client.group import GroupConsumer, GroupOptions
from logion.protocol.errors import ApiError
from logion_model.history.operations import SUBSCRIBE

from logion_harness.simulation.clients import PAUSE_S, persist
from logion_harness.simulation.plan import Member
from logion_harness.simulation.recording import key_of
from logion_harness.simulation.world import GROUP, TOPIC, World

OPTIONS = GroupOptions(session_timeout_ms=10_000, rebalance_timeout_ms=15_000)


class MemberPlay:
    """A member of the group, and those that take its place."""

    def __init__(self, world: World, plan: Member, number: int) -> None:
        """Be member `number`; it has not joined."""
        self._world = world
        self._plan = plan
        self._number = number
        self._processes = 0

    async def play(self) -> None:
        """Take part until the group has read and committed everything."""
        while not self._is_through:
            await persist(self._world, f"member-{self._number}", self._live)

    @property
    def _is_through(self) -> bool:
        ends, furthest = self._world.ends, self._world.commits.furthest
        return bool(ends) and all(furthest.get(it, 0) >= ends[it] for it in ends)

    async def _live(self, cluster: Cluster) -> None:
        """Live as one process, whose client retries what it can."""
        process = f"member-{self._number}.{self._processes}"
        self._processes += 1
        keys = [*map(key_of, self._world.partitions)]
        self._world.recorder.choose(process, SUBSCRIBE, keys)
        level = self._world.isolation_level
        reading = ConsumerOptions(isolation_level=level, max_wait_ms=2_000)
        options = replace(OPTIONS, reading=reading)
        consumer = GroupConsumer(cluster, GROUP, [TOPIC], options)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(consumer.heartbeats)
            await self._work(consumer, process)
            nursery.cancel_scope.cancel()
        if self._plan.leaves:
            await consumer.leave()

    async def _work(self, consumer: GroupConsumer, process: str) -> None:
        """Poll and commit as often as planned, or until all is done."""
        for _ in range(self._plan.polls):
            if self._is_through:
                return
            try:
                with self._world.recorder.polling(process, {}) as received:
                    received.extend(await consumer.poll())
                if consumer.positions:
                    await consumer.commit()
            except ApiError:
                await trio.sleep(PAUSE_S)
