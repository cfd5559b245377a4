"""The shell of consumer groups (KIP-848).

It finds a group, has the rules of `logion.group.consumer` say what follows, writes that
down, and answers once it is committed. What is written counts at once: the next request
finds the group as the log says it is.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence

from logion.cluster.image import ClusterImage
from logion.group.cell import GroupCell
from logion.group.classic.state import ClassicGroup, State
from logion.group.classic.steps import (
    Join,
    JoinAnswer,
    Leaver,
    Sender,
    Sync,
    SyncAnswer,
)
from logion.group.consumer import classic_members
from logion.group.consumer.changes import empty_group, tombstones
from logion.group.consumer.committing import check_commit
from logion.group.consumer.heartbeat import on_heartbeat, on_leave
from logion.group.consumer.leaving import on_time
from logion.group.consumer.migration import upgraded
from logion.group.consumer.state import (
    JOIN_EPOCH,
    Client,
    ConsumerGroup,
    Downgrade,
    GroupState,
    Moment,
    Outcome,
    Settings,
    TopicIdPartition,
)
from logion.group.consumer.timing import next_deadline_ms, on_loaded
from logion.group.records import consumer_group_record, group_key, group_record
from logion.group.rules import Instant
from logion.group.settings import CoordinatorSettings
from logion.group.shard import Shard, group_error
from logion.names import TopicPartition
from logion.protocol.errors import ApiError, Error
from logion.protocol.messages.consumer_group_heartbeat import (
    ConsumerGroupHeartbeatRequest,
    ConsumerGroupHeartbeatResponse,
)
from logion.replica.records import KeyValue

log = logging.getLogger(__name__)

RETRY_MS = 500
"""After so long a removal that could not be written is tried again."""


class ConsumerGroups:
    """What happens to consumer groups."""

    def __init__(
        self,
        settings: CoordinatorSettings,
        now: Callable[[], Instant],
        image: Callable[[], ClusterImage],
        look_again: Callable[[Shard, GroupCell, int], None],
        on_downgraded: Callable[[Shard, GroupCell, Downgrade], None],
        settings_of: Callable[[str], Settings],
    ) -> None:
        """Serve no group yet.

        `settings_of` returns what a group of a name is set to; `look_again` has a
        group looked at at a time on the monotonic clock;
        `on_downgraded` is called when a group has become a classic one.
        """
        self._settings = settings
        self._now = now
        self._image = image
        self._look_again = look_again
        self._on_downgraded = on_downgraded
        self._settings_of = settings_of

    def _moment(self, group_id: str) -> Moment:
        """Return what the rules look at now."""
        now, settings = self._now(), self._settings_of(group_id)
        return Moment(self._image(), now.ms, now.time_ms, settings)

    async def heartbeat(
        self, shard: Shard, request: ConsumerGroupHeartbeatRequest, client: Client
    ) -> ConsumerGroupHeartbeatResponse:
        """Let a member join, stay or leave; returns once that is committed.

        Raises ApiError, as the rules do and for a group that is not there.
        """
        group_id = request.group_id
        moment = self._moment(group_id)
        cell = shard.cells.get(group_id)
        if request.member_epoch < JOIN_EPOCH:
            group = consumer_group_of(cell, group_id)
            outcome, answer = on_leave(group, request, moment)
            await self._store(shard, group_id, outcome)
            return answer
        before: list[KeyValue] = []
        if request.member_epoch == JOIN_EPOCH:
            group = self._joined(cell, group_id, moment, before)
        else:
            group = consumer_group_of(cell, group_id)
        outcome, answer = on_heartbeat(group, request, client, moment)
        await self._store(shard, group_id, outcome, before)
        return answer

    def _joined(
        self,
        cell: GroupCell | None,
        group_id: str,
        moment: Moment,
        before: list[KeyValue],
    ) -> ConsumerGroup:
        """Return the group that a member joins; what makes it goes into `before`."""
        if cell is not None and cell.consumer is not None:
            return cell.consumer
        if cell is not None and cell.classic.generation:
            before.append((group_key(group_id), None))
        if cell is None or cell.classic.state is State.EMPTY:
            return empty_group(group_id, moment.settings)
        outcome = upgraded(cell.classic, moment)
        before += map(consumer_group_record, outcome.records)
        return outcome.group

    # Members of the classic protocol

    async def join(self, shard: Shard, group: ConsumerGroup, join: Join) -> JoinAnswer:
        """Let a classic member join a group; raises ApiError as the rules do."""
        moment = self._moment(group.group_id)
        outcome, answer = classic_members.on_join(group, join, moment)
        await self._store(shard, group.group_id, outcome)
        return answer

    async def sync(self, shard: Shard, group: ConsumerGroup, sync: Sync) -> SyncAnswer:
        """Return what a classic member has; raises ApiError as the rules do."""
        moment = self._moment(group.group_id)
        outcome, answer = classic_members.on_sync(group, sync, moment)
        await self._store(shard, group.group_id, outcome)
        return answer

    def classic_heartbeat(
        self, shard: Shard, group: ConsumerGroup, sender: Sender
    ) -> Error:
        """Note that a classic member lives; returns what it is told."""
        try:
            outcome, error = classic_members.on_classic_heartbeat(
                group, sender, self._moment(group.group_id)
            )
        except ApiError as problem:
            return problem.error
        self._write(shard, group.group_id, outcome)
        return error

    def leave(
        self, shard: Shard, group: ConsumerGroup, leavers: Sequence[Leaver]
    ) -> tuple[Error, ...]:
        """Take members out; returns what each is told. Raises ApiError if that cannot
        be written."""
        outcome, errors = classic_members.on_classic_leave(
            group, tuple(leavers), self._moment(group.group_id)
        )
        self._write(shard, group.group_id, outcome)
        return errors

    def check_commit(
        self,
        group: ConsumerGroup,
        sender: Sender,
        partitions: Iterable[TopicPartition],
        version: int,
    ) -> None:
        """Raise ApiError if a member may not commit offsets of these partitions."""
        topics = self._image().topics
        check_commit(
            group,
            sender.member_id,
            sender.generation,
            version,
            frozenset(
                TopicIdPartition(topics[it.topic].id, it.partition)
                for it in partitions
                if it.topic in topics
            ),
            self._settings.consumer,
        )

    # What time does

    def on_time(self, shard: Shard, cell: GroupCell, group: ConsumerGroup) -> None:
        """Remove the members that are too late; again later if that fails."""
        outcome, late = on_time(group, self._moment(cell.id))
        try:
            self._write(shard, cell.id, outcome)
        except ApiError as problem:
            log.error("%s: a group cannot be written: %s", shard.name, problem)
            self._look_again(shard, cell, self._now().ms + RETRY_MS)
            return
        for member_id, deadline in late.items():
            log.info("group %s: %s is out: %s", cell.id, member_id, deadline.value)

    def on_loaded(self, shard: Shard, cell: GroupCell, group: ConsumerGroup) -> None:
        """Give the members of a group that was loaded their time again."""
        cell.consumer = on_loaded(group, self._moment(cell.id))
        self._follow(shard, cell)

    def end(self, shard: Shard, cell: GroupCell, group: ConsumerGroup) -> None:
        """Delete a group that nobody is in; its offsets stay.

        Raises ApiError, and leaves it as it is, if that cannot be written.
        """
        assert group.state is GroupState.EMPTY, "members would be lost"
        records = [consumer_group_record(it) for it in tombstones(group)]
        shard.append_of_group(records, self._now().time_ms)
        cell.consumer = None

    # What follows from an outcome

    async def _store(
        self,
        shard: Shard,
        group_id: str,
        outcome: Outcome,
        before: Sequence[KeyValue] = (),
    ) -> None:
        """Let an outcome become true; returns once it is committed.

        Raises ApiError if it cannot be written, or is not committed in time.
        """
        end_offset = self._write(shard, group_id, outcome, before)
        if end_offset is not None and not shard.is_committed(end_offset):
            error = await shard.committed(end_offset)
            if error is not Error.NONE:
                raise ApiError(group_error(error))

    def _write(
        self,
        shard: Shard,
        group_id: str,
        outcome: Outcome,
        before: Sequence[KeyValue] = (),
    ) -> int | None:
        """Write an outcome and let it count; returns where its records end.

        Raises ApiError, and nothing has changed, if they cannot be written.
        """
        records = [*before, *map(consumer_group_record, outcome.records)]
        if outcome.downgrade is not None:
            version = self._settings.versions.group
            records.append(group_record(outcome.downgrade.group, version))
        end_offset = None
        if records:
            end_offset = shard.append_of_group(records, self._now().time_ms)
        for text in outcome.problems:
            log.error("group %s: %s", group_id, text)
        cell = shard.cell(group_id)
        if outcome.downgrade is not None:
            cell.consumer = None
            self._on_downgraded(shard, cell, outcome.downgrade)
            return end_offset
        if cell.consumer is None:
            cell.turn_away(Error.REBALANCE_IN_PROGRESS)  # they join the other one
            cell.classic = ClassicGroup(group_id)
        cell.consumer = outcome.group
        self._follow(shard, cell)
        return end_offset

    def _follow(self, shard: Shard, cell: GroupCell) -> None:
        """Have the group looked at when its next deadline ends."""
        assert cell.consumer is not None, "it has just been told of"
        at_ms = next_deadline_ms(cell.consumer)
        if at_ms is not None:
            self._look_again(shard, cell, at_ms)


def consumer_group_of(cell: GroupCell | None, group_id: str) -> ConsumerGroup:
    """Return the consumer group of a name that has this cell.

    Raises ApiError GROUP_ID_NOT_FOUND if there is none, or a classic one.
    """
    if cell is None:
        text = f"Group {group_id} not found."
    elif cell.consumer is None:
        text = f"Group {group_id} is not a consumer group."
    else:
        return cell.consumer
    raise ApiError(Error.GROUP_ID_NOT_FOUND, text)
