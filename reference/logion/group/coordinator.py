"""The group coordinator of a broker: a thin shell around the rules of groups.

A request finds its group, the rules say what follows, and the shell does it: it writes
to `__consumer_offsets`, answers members that wait, and looks at groups again in time.
Each partition of `__consumer_offsets` that this broker leads is a `Shard`; its groups
are loaded when the broker begins to lead it.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from typing import TypeAlias, assert_never

import trio

from logion.clock import Clock
from logion.cluster.image import ClusterImage
from logion.group.cell import Call, GroupCell
from logion.group.classic.joining import (
    on_join,
    on_replacement_stored,
    session_timeout_error,
)
from logion.group.classic.membership import (
    on_heartbeat,
    on_leave_all,
    with_sessions,
)
from logion.group.classic.phases import prepare_rebalance
from logion.group.classic.state import NO_MEMBER_ID, ClassicGroup, State
from logion.group.classic.steps import (
    AnswerJoin,
    AnswerSync,
    Effect,
    Join,
    JoinAnswer,
    Leaver,
    Sender,
    Step,
    StoreAssignment,
    StoreEmpty,
    StoreReplacement,
    Sync,
    SyncAnswer,
)
from logion.group.classic.syncing import on_assignment_stored, on_sync
from logion.group.classic.timing import next_due, on_time
from logion.group.consumer.state import Client, ConsumerGroup, Downgrade
from logion.group.consumer_groups import ConsumerGroups
from logion.group.partitioning import partition_of
from logion.group.records import group_key, group_record
from logion.group.rules import Instant
from logion.group.settings import CoordinatorSettings
from logion.group.shard import KeyValue, Shard, group_error
from logion.group.timers import Timers
from logion.names import TopicPartition
from logion.protocol.errors import ApiError, Error
from logion.protocol.messages.consumer_group_heartbeat import (
    ConsumerGroupHeartbeatRequest,
    ConsumerGroupHeartbeatResponse,
)
from logion.replica.partition import Partition

log = logging.getLogger(__name__)

Wait: TypeAlias = Callable[[Callable[[], Awaitable[object]]], Awaitable[None]]
"""Waits for what it is given; raises ConnectionAbortedError if the client is gone."""


class GroupCoordinator:
    """Every group whose partition this broker leads."""

    def __init__(
        self,
        settings: CoordinatorSettings,
        clock: Clock,
        image: Callable[[], ClusterImage] = ClusterImage,
    ) -> None:
        """Coordinate nothing yet; `image` returns how the cluster looks."""
        self.settings = settings
        self.shards: dict[int, Shard] = {}
        """By the index of their partition."""
        self.partition_count = 0
        """How many partitions `__consumer_offsets` has; 0 if it is not there."""
        self._clock = clock
        self._image = image
        self._timers = Timers()
        self._wake = trio.Event()
        self._unloaded: list[Shard] = []
        self._tasks: trio.Nursery | None = None
        self._shard_loaded = trio.Event()
        self._consumer_groups = ConsumerGroups(
            settings, lambda: self.now, image, self._look_again, self._downgraded
        )

    @property
    def now(self) -> Instant:
        """Return the present moment."""
        return Instant(int(self._clock.monotonic() * 1000), self._clock.time_ms())

    @property
    def image(self) -> ClusterImage:
        """Return how the cluster looks."""
        return self._image()

    # Which groups are ours

    def lead(self, led: Sequence[Partition], count: int) -> None:
        """Coordinate the groups of these partitions of `count`, and of no others."""
        self.partition_count = count
        wanted = {it.name.partition: it for it in led}
        for index, shard in list(self.shards.items()):
            if wanted.get(index) is not shard.partition:
                for cell in self.shards.pop(index).cells.values():
                    cell.turn_away(Error.NOT_COORDINATOR)
        for index, partition in wanted.items():
            if index not in self.shards:
                shard = self.shards[index] = Shard(partition, self.settings)
                if not shard.is_loaded:
                    self._unloaded.append(shard)
        self._wake.set()

    def shard_of(self, group_id: str) -> Shard:
        """Return where a group belongs.

        Raises ApiError: NOT_COORDINATOR if that is another broker,
        COORDINATOR_LOAD_IN_PROGRESS while its groups are loaded.
        """
        shard = None
        if self.partition_count:
            shard = self.shards.get(partition_of(group_id, self.partition_count))
        if shard is None:
            raise ApiError(Error.NOT_COORDINATOR, f"group {group_id!r} is not ours")
        if not shard.is_loaded:
            raise ApiError(Error.COORDINATOR_LOAD_IN_PROGRESS, f"{shard.name} is read")
        return shard

    def find(self, group_id: str) -> tuple[Shard, GroupCell | None]:
        """Return a group and where it belongs; raises what `shard_of` raises."""
        shard = self.shard_of(group_id)
        return shard, shard.cells.get(group_id)

    def known(self, group_id: str) -> tuple[Shard, GroupCell]:
        """Return a group that is there, and where it belongs.

        Raises ApiError: GROUP_ID_NOT_FOUND, and what `shard_of` raises.
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

    @property
    def is_loading(self) -> bool:
        """Whether some groups are not known yet."""
        return not all(shard.is_loaded for shard in self.shards.values())

    def cells(self) -> Iterator[tuple[Shard, GroupCell]]:
        """Yield every group that is loaded, and where it belongs."""
        for shard in self.shards.values():
            for cell in list(shard.cells.values()):
                yield shard, cell

    # What time does

    async def run(self) -> None:
        """Load groups and look at them in time, until cancelled."""
        async with trio.open_nursery() as tasks:
            self._tasks = tasks
            while True:
                for shard in self._unloaded:
                    tasks.start_soon(self._load, shard)
                self._unloaded.clear()
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
                continue
            step = on_time(cell.classic, self.settings.rules, self.now)
            self._apply(shard, cell, step)

    async def loaded(self) -> None:
        """Return once every group that this broker coordinates is known."""
        while self.is_loading:
            await self._shard_loaded.wait()

    async def _load(self, shard: Shard) -> None:
        await shard.load()
        self._shard_loaded.set()
        self._shard_loaded = trio.Event()
        for cell in shard.cells.values():
            if cell.consumer is not None:
                self._consumer_groups.on_loaded(shard, cell, cell.consumer)
                continue
            group = with_sessions(cell.classic, self.now)
            step = Step(group)
            if len(group.members) > self.settings.rules.size_max:
                step = prepare_rebalance(group, self.settings.rules, self.now)
            self._apply(shard, cell, step)

    # Classic members

    async def join(self, group_id: str, join: Join, wait: Wait) -> JoinAnswer:
        """Let a client into a group; returns when its generation begins.

        Raises ApiError as `shard_of` does, and what `wait` raises.
        """
        rules = self.settings.rules
        shard, cell = self.find(group_id)
        error = session_timeout_error(join.session_timeout_ms, rules)
        if error is not Error.NONE:
            return JoinAnswer(error, join.member_id)
        if cell is None and join.member_id != NO_MEMBER_ID:
            return JoinAnswer(Error.UNKNOWN_MEMBER_ID, join.member_id)
        if cell is not None and cell.consumer is not None:
            if cell.consumer.members:
                return await self._consumer_groups.join(shard, cell.consumer, join)
            self._consumer_groups.end(shard, cell, cell.consumer)
        cell = shard.cell(group_id)
        member_id = join.member_id or join.new_member_id
        step = on_join(cell.classic, join, rules, self.now)
        if step.join is not None:
            self._apply(shard, cell, step)
            return step.join
        with cell.place(Call.JOIN, member_id) as place:
            self._apply(shard, cell, step)
            await wait(place.answered)
        assert isinstance(place.answer, JoinAnswer)
        return place.answer

    async def sync(self, group_id: str, sync: Sync, wait: Wait) -> SyncAnswer:
        """Return a member's part of the work, once the leader has divided it.

        Raises ApiError as `shard_of` does, and what `wait` raises.
        """
        shard, cell = self.find(group_id)
        if cell is None:
            return SyncAnswer(Error.UNKNOWN_MEMBER_ID)
        if cell.consumer is not None:
            return await self._consumer_groups.sync(shard, cell.consumer, sync)
        step = on_sync(cell.classic, sync, self.now)
        if step.sync is not None:
            self._apply(shard, cell, step)
            return step.sync
        with cell.place(Call.SYNC, sync.member_id) as place:
            self._apply(shard, cell, step)
            await wait(place.answered)
        assert isinstance(place.answer, SyncAnswer)
        return place.answer

    def heartbeat(self, group_id: str, sender: Sender) -> Error:
        """Note that a member lives; return what it is told.

        Raises ApiError as `shard_of` does.
        """
        shard, cell = self.find(group_id)
        if cell is None:
            return Error.UNKNOWN_MEMBER_ID
        if cell.consumer is not None:
            return self._consumer_groups.classic_heartbeat(shard, cell.consumer, sender)
        step = on_heartbeat(cell.classic, sender, self.settings.rules, self.now)
        cell.classic = step.group
        return step.error

    def leave(self, group_id: str, leavers: Sequence[Leaver]) -> tuple[Error, ...]:
        """Take members out; return what each is told.

        Raises ApiError as `shard_of` does.
        """
        shard, cell = self.find(group_id)
        if cell is None:
            return (Error.UNKNOWN_MEMBER_ID,) * len(leavers)
        if cell.consumer is not None:
            return self._consumer_groups.leave(shard, cell.consumer, leavers)
        rules = self.settings.rules
        step, errors = on_leave_all(cell.classic, leavers, rules, self.now)
        self._apply(shard, cell, step)
        return errors

    # Members of consumer groups

    async def consumer_heartbeat(
        self, request: ConsumerGroupHeartbeatRequest, client: Client
    ) -> ConsumerGroupHeartbeatResponse:
        """Let a consumer member join, stay or leave (KIP-848).

        Raises ApiError as `shard_of` does, and as the rules of consumer groups do.
        """
        shard = self.shard_of(request.group_id)
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

    def _look_again(self, shard: Shard, cell: GroupCell, at_ms: int) -> None:
        if self._timers.add(shard, cell, at_ms):
            self._wake.set()

    def _downgraded(self, shard: Shard, cell: GroupCell, to: Downgrade) -> None:
        """Go on with what was a consumer group, as it has been stored."""
        step = Step(to.group)
        if to.must_rebalance:
            step = prepare_rebalance(to.group, self.settings.rules, self.now)
        self._apply(shard, cell, step)

    # What follows from a step

    def _apply(self, shard: Shard, cell: GroupCell, step: Step) -> None:
        """Let a step become true, and do what follows from it."""
        cell.classic = step.group
        for effect in step.effects:
            self._do(shard, cell, effect)
        due = next_due(cell.classic, self.settings.rules)
        if due is not None:
            self._look_again(shard, cell, due.deadline_ms)
        if cell.is_only_offsets and not cell.offsets:
            shard.cells.pop(cell.id, None)

    def _do(self, shard: Shard, cell: GroupCell, effect: Effect) -> None:
        match effect:
            case AnswerJoin(member_id, answer):
                cell.answer(Call.JOIN, member_id, answer)
            case AnswerSync(member_id, part):
                cell.answer(Call.SYNC, member_id, part)
            case StoreEmpty():
                self._store_empty(shard, cell)
            case StoreAssignment():
                self._store_assignment(shard, cell, effect)
            case StoreReplacement():
                self._store_replacement(shard, cell, effect)
            case _:
                assert_never(effect)

    def _store_empty(self, shard: Shard, cell: GroupCell) -> None:
        """Write down that a group is empty; if that fails, its members expire again."""

        def stored(error: Error) -> None:
            if error is not Error.NONE:
                log.warning("group %s is empty; not written: %s", cell.id, error.name)

        if cell.classic.state is State.DEAD:
            self._store(shard, (group_key(cell.id), None), stored)
            cell.classic = ClassicGroup(cell.id)
        else:
            self._store(shard, self._record_of(cell.classic), stored)

    def _store_assignment(
        self, shard: Shard, cell: GroupCell, effect: StoreAssignment
    ) -> None:
        def stored(error: Error) -> None:
            rules = self.settings.rules
            group = cell.classic
            step = on_assignment_stored(group, effect, error, rules, self.now)
            self._apply(shard, cell, step)

        record = self._record_of(cell.classic, effect.assignments)
        self._store(shard, record, stored)

    def _store_replacement(
        self, shard: Shard, cell: GroupCell, effect: StoreReplacement
    ) -> None:
        def stored(error: Error) -> None:
            step = on_replacement_stored(cell.classic, effect, error)
            self._apply(shard, cell, step)

        self._store(shard, self._record_of(cell.classic), stored)

    def _record_of(
        self, group: ClassicGroup, assignments: Mapping[str, bytes] | None = None
    ) -> KeyValue:
        return group_record(group, self.settings.versions.group, assignments)

    def _store(
        self, shard: Shard, record: KeyValue, then: Callable[[Error], None]
    ) -> None:
        """Write a group down and call `then` once that is committed, or failed."""
        try:
            end_offset = shard.append([record], self.now.time_ms)
        except ApiError as problem:
            log.error("%s: a group cannot be written: %s", shard.name, problem)
            then(group_error(problem.error))
            return
        if shard.is_committed(end_offset):
            then(Error.NONE)
        else:
            assert self._tasks is not None, "nobody is served before it runs"
            self._tasks.start_soon(self._store_later, shard, end_offset, then)

    async def _store_later(
        self, shard: Shard, end_offset: int, then: Callable[[Error], None]
    ) -> None:
        then(group_error(await shard.committed(end_offset)))
