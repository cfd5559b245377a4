"""The groups of one partition of `__consumer_offsets`, and that partition's log.

What a group becomes is first written, then known: a broker that takes the partition
over finds there what members were told.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import NamedTuple

import trio

from logion.group.cell import GroupCell
from logion.group.offsets import Offsets
from logion.group.pending import PendingOffsets
from logion.group.replay import Replay
from logion.group.settings import CoordinatorSettings
from logion.names import TopicPartition
from logion.protocol.errors import ApiError, Error
from logion.records.record import BatchOptions
from logion.replica.partition import Partition, TransactionEnd
from logion.replica.records import KeyValue, append_records, placed_in, read_batches

log = logging.getLogger(__name__)


class Committer(NamedTuple):
    """Who commits offsets in a transaction."""

    id: int
    epoch: int


class Shard:
    """The groups of one partition."""

    __slots__ = (
        *("_options", "_settings"),
        *("cells", "is_loaded", "partition", "pending"),
    )

    def __init__(self, partition: Partition, settings: CoordinatorSettings) -> None:
        """Know no group yet; they are loaded unless the log is empty."""
        self._settings = settings
        self._options = placed_in(partition, BatchOptions(codec=settings.codec))
        self.partition = partition
        self.cells: dict[str, GroupCell] = {}
        self.pending = PendingOffsets()
        self.is_loaded = partition.log.end_offset == partition.log.start_offset

    @property
    def name(self) -> TopicPartition:
        """Return the name of the partition."""
        return self.partition.name

    async def load(self) -> None:
        """Read the groups from the log; other tasks get their turn meanwhile."""
        replay = Replay(self.name, self._settings.consumer)
        await read_batches(self.partition, replay.take, self._settings.load_size)
        self.cells = replay.result()
        self.pending = PendingOffsets(replay.open)
        self.is_loaded = True
        log.info("%s: %d groups loaded", self.name, len(self.cells))

    def cell(self, group_id: str) -> GroupCell:
        """Return a group, made if it is not there."""
        found = self.cells.get(group_id)
        if found is None:
            found = self.cells[group_id] = GroupCell(group_id)
        return found

    def append(
        self,
        records: Sequence[KeyValue],
        now_ms: int,
        committer: Committer | None = None,
    ) -> int:
        """Append records; return the offset below which they must be committed.

        Those of a transaction name its `committer`. Raises ApiError, appending nothing:
        MESSAGE_TOO_LARGE for more than the topic takes, INVALID_PRODUCER_EPOCH from one
        that was replaced, and what `Partition.append` raises.
        """
        options = self._options
        if committer is not None:
            options = options._replace(
                producer_id=committer.id,
                producer_epoch=committer.epoch,
                base_sequence=0,  # nobody counts: Kafka writes it so
                is_transactional=True,
            )
        return append_records(self.partition, records, now_ms, options)

    def end_transaction(self, end: TransactionEnd, now_ms: int) -> int:
        """Append the marker that ends a transaction; return the offset after it.

        What the transaction commits counts once the marker is committed. Raises
        ApiError: NOT_LEADER_OR_FOLLOWER while the groups are loaded, and what
        `Partition.end_transaction` raises.
        """
        if not self.is_loaded:
            raise ApiError(Error.NOT_LEADER_OR_FOLLOWER, f"{self.name} is read")
        end_offset = self.partition.end_transaction(end, now_ms)
        self.pending.end(end_offset, end.producer_id, is_commit=end.is_commit)
        return end_offset

    def commit(
        self, group_id: str, offsets: Offsets, records: Sequence[KeyValue], now_ms: int
    ) -> int:
        """Append what a group commits; return the offset below which it must be.

        The offsets count once it is committed. Raises ApiError as `append` does.
        """
        end_offset = self.append(records, now_ms)
        self.pending.add(end_offset, group_id, offsets)
        return end_offset

    def settle(self) -> None:
        """Let the offsets count that have been committed since."""
        for group_id, offsets in self.pending.take(self.partition.high_watermark):
            self.cell(group_id).offsets.update(offsets)

    def append_of_group(self, records: Sequence[KeyValue], now_ms: int) -> int:
        """Append as `append` does; raises the error that members are told."""
        try:
            return self.append(records, now_ms)
        except ApiError as problem:
            raise ApiError(group_error(problem.error), problem.message) from None

    def is_committed(self, end_offset: int) -> bool:
        """Tell whether every record below `end_offset` is committed."""
        return self.partition.high_watermark >= end_offset

    async def committed(self, end_offset: int) -> Error:
        """Return NONE once every record below `end_offset` is committed.

        REQUEST_TIMED_OUT if that takes too long.
        """
        if not self.is_committed(end_offset):
            with trio.move_on_after(self._settings.commit_timeout_ms / 1000):
                await self.partition.committed(end_offset)
        done = self.is_committed(end_offset)
        return Error.NONE if done else Error.REQUEST_TIMED_OUT


_COMMIT_ERRORS = {
    Error.UNKNOWN_TOPIC_OR_PARTITION: Error.COORDINATOR_NOT_AVAILABLE,
    Error.NOT_ENOUGH_REPLICAS: Error.COORDINATOR_NOT_AVAILABLE,
    Error.REQUEST_TIMED_OUT: Error.COORDINATOR_NOT_AVAILABLE,
    Error.NOT_LEADER_OR_FOLLOWER: Error.NOT_COORDINATOR,
    Error.KAFKA_STORAGE_ERROR: Error.NOT_COORDINATOR,
    Error.MESSAGE_TOO_LARGE: Error.INVALID_COMMIT_OFFSET_SIZE,
    Error.RECORD_LIST_TOO_LARGE: Error.INVALID_COMMIT_OFFSET_SIZE,
}

_GROUP_ERRORS = {
    **_COMMIT_ERRORS,
    Error.REQUEST_TIMED_OUT: Error.REBALANCE_IN_PROGRESS,
    Error.MESSAGE_TOO_LARGE: Error.UNKNOWN_SERVER_ERROR,
    Error.RECORD_LIST_TOO_LARGE: Error.UNKNOWN_SERVER_ERROR,
}


def commit_error(error: Error) -> Error:
    """Return what a client that commits is told of what became of its write."""
    return _COMMIT_ERRORS.get(error, error)


def group_error(error: Error) -> Error:
    """Return what members are told when their group could not be written."""
    return _GROUP_ERRORS.get(error, error)
