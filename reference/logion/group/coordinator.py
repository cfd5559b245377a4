"""The group coordinator of a broker: a thin shell around the rules of groups.

A request finds its group, the rules say what follows, and the shell does it: it writes
to `__consumer_offsets`, answers members that wait, and looks at groups again in time.
Each partition of `__consumer_offsets` that this broker leads is a `Shard`; its groups
are loaded when the broker begins to lead it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence

import trio

from logion.clock import Clock
from logion.cluster.image import ClusterImage
from logion.group.cell import GroupCell
from logion.group.classic.joining import (
    session_timeout_error,
)
from logion.group.classic.state import NO_MEMBER_ID
from logion.group.classic.steps import (
    Join,
    JoinAnswer,
    Leaver,
    Sender,
    Sync,
    SyncAnswer,
)
from logion.group.classic_groups import ClassicGroups, Stored, Wait
from logion.group.consumer.state import Client, ConsumerGroup, Downgrade, Settings
from logion.group.consumer_groups import ConsumerGroups
from logion.group.rules import Instant
from logion.group.settings import CoordinatorSettings
from logion.group.shard import Shard, group_error
from logion.group.timers import Timers
from logion.names import TopicPartition
from logion.protocol.errors import ApiError, Error
from logion.protocol.messages.consumer_group_heartbeat import (
    ConsumerGroupHeartbeatRequest,
    ConsumerGroupHeartbeatResponse,
)
from logion.replica.partition import Partition
from logion.replica.shards import Shards

log = logging.getLogger(__name__)


class GroupCoordinator:
    """Every group whose partition this broker leads."""

    def __init__(
        self,
        settings: CoordinatorSettings,
        clock: Clock,
        image: Callable[[], ClusterImage] = ClusterImage,
        settings_of: Callable[[str], Settings] | None = None,
    ) -> None:
        """Coordinate nothing yet; `image` returns how the cluster looks.

        `settings_of` returns what a consumer group is set to, by its name; without it,
        all are set to what the broker is.
        """
        self.settings = settings
        self.shards = Shards(
            "group", self._shard, on_loaded=self._on_loaded, on_lost=_turn_away
        )
        self._clock = clock
        self._image = image
        self._timers = Timers()
        self._wake = trio.Event()
        self._tasks: trio.Nursery | None = None
        self._classic_groups = ClassicGroups(
            settings, lambda: self.now, self._look_again, self._tell_later
        )
        self._consumer_groups = ConsumerGroups(
            settings,
            lambda: self.now,
            image,
            self._look_again,
            self._downgraded,
            settings_of or (lambda _: settings.consumer),
        )

    @property
    def now(self) -> Instant:
        """Return the present moment."""
        return Instant(int(self._clock.monotonic() * 1000), self._clock.time_ms())

    @property
    def time_ms(self) -> int:
        """Return the present moment on the wall clock, in ms since 1970."""
        return self._clock.time_ms()

    @property
    def image(self) -> ClusterImage:
        """Return how the cluster looks."""
        return self._image()

    # Which groups are ours

    def _shard(self, partition: Partition) -> Shard:
        return Shard(partition, self.settings)

    def _on_loaded(self, shard: Shard) -> None:
        for cell in list(shard.cells.values()):
            if cell.consumer is not None:
                self._consumer_groups.on_loaded(shard, cell, cell.consumer)
            else:
                self._classic_groups.on_loaded(shard, cell)

    def find(self, group_id: str) -> tuple[Shard, GroupCell | None]:
        """Return a group and where it belongs; raises what `Shards.of` raises."""
        shard = self.shards.of(group_id)
        return shard, shard.cells.get(group_id)

    def known(self, group_id: str) -> tuple[Shard, GroupCell]:
        """Return a group that is there, and where it belongs.

        Raises ApiError: GROUP_ID_NOT_FOUND, and what `Shards.of` raises.
        """
        shard, cell = self.find(group_id)
        if cell is None:
            raise ApiError(Error.GROUP_ID_NOT_FOUND, f"there is no group {group_id!r}")
        return shard, cell

    def is_told(self, cell: GroupCell) -> bool:
        """Tell whether descriptions and lists know of a group.

        Until 0.10.0 one that only has offsets is none.
        """
        return self.settings.rules.keeps_empty_groups or not cell.is_only_offsets

    def cells(self) -> Iterator[tuple[Shard, GroupCell]]:
        """Yield every group that is loaded, and where it belongs."""
        for shard in self.shards:
            for cell in list(shard.cells.values()):
                yield shard, cell

    # What time does

    async def run(self) -> None:
        """Load groups and look at them in time, until cancelled."""
        async with trio.open_nursery() as tasks:
            self._tasks = tasks
            tasks.start_soon(self.shards.run)
            while True:
                self.on_time()
                await self._sleep()

    async def _sleep(self) -> None:
        """Return when a group is due, or when there is something new to do."""
        self._wake = trio.Event()
        due_ms = self._timers.next_ms
        delay_s = float("inf") if due_ms is None else (due_ms - self.now.ms) / 1000
        with trio.move_on_after(max(delay_s, 0)):
            await self._wake.wait()

    def on_time(self) -> None:
        """Do what is due by now."""
        for shard, cell in self._timers.due(self.now.ms):
            if cell.consumer is not None:
                self._consumer_groups.on_time(shard, cell, cell.consumer)
            else:
                self._classic_groups.on_time(shard, cell)

    # Classic members

    async def join(self, group_id: str, join: Join, wait: Wait) -> JoinAnswer:
        """Let a client into a group; returns when its generation begins.

        Raises ApiError as `Shards.of` does, and what `wait` raises.
        """
        shard, cell = self.find(group_id)
        error = session_timeout_error(join.session_timeout_ms, self.settings.rules)
        if error is not Error.NONE:
            return JoinAnswer(error, join.member_id)
        if cell is None and join.member_id != NO_MEMBER_ID:
            return JoinAnswer(Error.UNKNOWN_MEMBER_ID, join.member_id)
        if cell is not None and cell.consumer is not None:
            if cell.consumer.members:
                return await self._consumer_groups.join(shard, cell.consumer, join)
            self._consumer_groups.end(shard, cell, cell.consumer)
        cell = shard.cell(group_id)
        return await self._classic_groups.join(shard, cell, join, wait)

    async def sync(self, group_id: str, sync: Sync, wait: Wait) -> SyncAnswer:
        """Return a member's part of the work, once the leader has divided it.

        Raises ApiError as `Shards.of` does, and what `wait` raises.
        """
        shard, cell = self.find(group_id)
        if cell is None:
            return SyncAnswer(Error.UNKNOWN_MEMBER_ID)
        if cell.consumer is not None:
            return await self._consumer_groups.sync(shard, cell.consumer, sync)
        return await self._classic_groups.sync(shard, cell, sync, wait)

    def heartbeat(self, group_id: str, sender: Sender) -> Error:
        """Note that a member lives; return what it is told.

        Raises ApiError as `Shards.of` does.
        """
        shard, cell = self.find(group_id)
        if cell is None:
            return Error.UNKNOWN_MEMBER_ID
        if cell.consumer is not None:
            return self._consumer_groups.classic_heartbeat(shard, cell.consumer, sender)
        return self._classic_groups.heartbeat(cell, sender)

    def leave(self, group_id: str, leavers: Sequence[Leaver]) -> tuple[Error, ...]:
        """Take members out; return what each is told.

        Raises ApiError as `Shards.of` does.
        """
        shard, cell = self.find(group_id)
        if cell is None:
            return (Error.UNKNOWN_MEMBER_ID,) * len(leavers)
        if cell.consumer is not None:
            return self._consumer_groups.leave(shard, cell.consumer, leavers)
        return self._classic_groups.leave(shard, cell, leavers)

    # Members of consumer groups

    async def consumer_heartbeat(
        self, request: ConsumerGroupHeartbeatRequest, client: Client
    ) -> ConsumerGroupHeartbeatResponse:
        """Let a consumer member join, stay or leave (KIP-848).

        Raises ApiError as `Shards.of` does, and as the rules of consumer groups do.
        """
        shard = self.shards.of(request.group_id)
        return await self._consumer_groups.heartbeat(shard, request, client)

    def end_consumer_group(self, shard: Shard, cell: GroupCell) -> None:
        """Delete a consumer group that nobody is in, if it is one."""
        if cell.consumer is not None:
            self._consumer_groups.end(shard, cell, cell.consumer)

    def check_consumer_commit(
        self,
        group: ConsumerGroup,
        sender: Sender,
        partitions: Iterable[TopicPartition],
        version: int,
    ) -> None:
        """Raise ApiError if a member of a consumer group may not commit these, as
        `check_commit` does."""
        self._consumer_groups.check_commit(group, sender, partitions, version)

    # What both kinds of groups ask for

    def _look_again(self, shard: Shard, cell: GroupCell, at_ms: int) -> None:
        if self._timers.add(shard, cell, at_ms):
            self._wake.set()

    def _downgraded(self, shard: Shard, cell: GroupCell, to: Downgrade) -> None:
        self._classic_groups.go_on(
            shard, cell, to.group, must_rebalance=to.must_rebalance
        )

    def _tell_later(self, shard: Shard, end_offset: int, then: Stored) -> None:
        async def tell() -> None:
            then(group_error(await shard.committed(end_offset)))

        assert self._tasks is not None, "nobody is served before it runs"
        self._tasks.start_soon(tell)


def _turn_away(shard: Shard) -> None:
    """Tell all who wait that their group is led elsewhere."""
    for cell in shard.cells.values():
        cell.turn_away(Error.NOT_COORDINATOR)
