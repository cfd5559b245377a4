"""One partition on this broker: its log, its role, and whoever waits for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from logion.disk import FileSlice
from logion.log.aborted import Aborted
from logion.log.appended import Appended
from logion.log.epochs import UNKNOWN_END, EpochEnd, has_parted
from logion.log.log import Log
from logion.names import NO_LEADER_EPOCH, Buffer, TopicPartition, Uuid
from logion.protocol.errors import ApiError, Error
from logion.records.control import (
    ControlType,
    EndTransactionMarker,
    write_end_transaction_marker,
)
from logion.replica.leader import (
    Leader,
    copies,
    fault_of_epoch,
    has_enough_in_sync,
    on_append,
)
from logion.replica.watched import Watched, watching

ALL_ACKS = -1

MAGIC_WITH_MARKERS = 2
"""The message format that has control records."""

HIGH_WATERMARK = -1
"""The offset of DeleteRecords that stands for everything that is committed."""


@dataclass(frozen=True, slots=True)
class FetchBounds:
    """What a reader may get of one partition."""

    offset: int
    """The first record wanted."""
    size_max: int
    """Bytes."""
    at_least_one: bool = True
    """One whole batch is given, even if it is larger than `size_max`."""
    read_committed: bool = False
    """Only records below the last stable offset (KIP-98)."""
    current_leader_epoch: int = NO_LEADER_EPOCH
    """The term the reader believes in (KIP-320)."""
    last_fetched_epoch: int = NO_LEADER_EPOCH
    """The term of the last record the reader has (KIP-595)."""


@dataclass(frozen=True, slots=True)
class TransactionEnd:
    """The end of a producer's transaction, for a marker in each partition of it."""

    producer_id: int
    producer_epoch: int
    is_commit: bool
    coordinator_epoch: int
    """Term of the transaction coordinator that says so."""
    transaction_version: int = 0
    """`transaction.version` that the transaction runs under."""


@dataclass(frozen=True, slots=True)
class PartitionRead:
    """What a reader got of one partition."""

    records: bytes | FileSlice
    high_watermark: int
    last_stable_offset: int
    log_start_offset: int
    aborted: tuple[Aborted, ...] | None = None
    """Aborted transactions among the records; None unless read-committed."""
    diverging: EpochEnd = UNKNOWN_END
    """Where the reader's log leaves ours, if it does."""


class Partition:
    """A partition this broker leads: appends, reads, and waiting for commitment."""

    __slots__ = ("changed", "leader", "log", "name", "replica_count", "topic_id")

    def __init__(
        self,
        name: TopicPartition,
        topic_id: Uuid,
        log: Log,
        leader: Leader,
        *,
        replica_count: int,
    ) -> None:
        """Lead `name` with the log it has; the leader's term begins in it."""
        self.name = name
        self.topic_id = topic_id
        self.log = log
        self.leader = leader
        """What the rules of `logion.replica.leader` know."""
        self.replica_count = replica_count
        """How many brokers are to have the partition, in sync or not."""
        self.changed = Watched()
        """Wakes whoever waits for records, or for their commitment."""
        log.begin_epoch(leader.epoch)

    @property
    def high_watermark(self) -> int:
        """Return the offset below which every record is committed."""
        return max(self.leader.high_watermark, self.log.start_offset)

    @property
    def last_stable_offset(self) -> int:
        """Return the offset below which no transaction is open (KIP-98)."""
        return self.log.last_stable_offset(self.high_watermark)

    def append(self, records: Buffer, *, version: int | None, acks: int) -> Appended:
        """Append a client's records of Produce `version`, or with None our own.

        Raises ApiError and changes nothing if they are refused: NOT_ENOUGH_REPLICAS,
        and what `Log.append_as_leader` raises.
        """
        if acks == ALL_ACKS:
            self._check_in_sync()
        appended = self.log.append_as_leader(
            records, leader_epoch=self.leader.epoch, produce_version=version
        )
        self._grown()
        return appended

    def end_transaction(self, end: TransactionEnd, now_ms: int) -> int:
        """Append the marker of a transaction's end, and return the offset after it.

        Raises ApiError and changes nothing: INVALID_PRODUCER_EPOCH and
        TRANSACTION_COORDINATOR_FENCED from whoever was replaced,
        UNSUPPORTED_FOR_MESSAGE_FORMAT, NOT_ENOUGH_REPLICAS, KAFKA_STORAGE_ERROR.
        """
        if self.log.settings.rules.magic < MAGIC_WITH_MARKERS:
            raise ApiError(Error.UNSUPPORTED_FOR_MESSAGE_FORMAT)
        self._check_in_sync()
        kind = ControlType.COMMIT if end.is_commit else ControlType.ABORT
        marker = write_end_transaction_marker(
            EndTransactionMarker(kind, end.coordinator_epoch),
            offset=self.log.end_offset,
            timestamp=now_ms,
            leader_epoch=self.leader.epoch,
            producer_id=end.producer_id,
            producer_epoch=end.producer_epoch,
        )
        self.log.append_as_leader(
            marker,
            leader_epoch=self.leader.epoch,
            transaction_version=end.transaction_version,
        )
        self._grown()
        return self.log.end_offset

    @property
    def lacks_replicas(self) -> bool:
        """Tell whether fewer are in sync than `min.insync.replicas`."""
        return not has_enough_in_sync(self.leader, self._min_in_sync)

    @property
    def _min_in_sync(self) -> int:
        settings = self.log.settings
        if settings.asks_for_replicas_alone:
            return min(settings.min_in_sync_replicas, self.replica_count)
        return settings.min_in_sync_replicas

    def _check_in_sync(self) -> None:
        if self.lacks_replicas:
            raise ApiError(
                Error.NOT_ENOUGH_REPLICAS,
                f"{len(self.leader.isr)} in sync; expected {self._min_in_sync} "
                "(min.insync.replicas)",
            )

    def _grown(self) -> None:
        self.leader = on_append(self.leader, self.log.end_offset)
        self.changed.wake()

    def read(self, bounds: FetchBounds) -> PartitionRead:
        """Return records from an offset on, as they are stored.

        Raises ApiError: OFFSET_OUT_OF_RANGE, FENCED_LEADER_EPOCH,
        UNKNOWN_LEADER_EPOCH, KAFKA_STORAGE_ERROR.
        """
        self.check_epoch(bounds.current_leader_epoch)
        diverging = self._divergence(bounds)
        if diverging is not None:
            return self._found(b"", diverging=diverging)
        end_offset = self.visible_end(read_committed=bounds.read_committed)
        records = self.log.read(
            bounds.offset,
            bounds.size_max,
            end_offset=end_offset,
            at_least_one=bounds.at_least_one,
        )
        if not bounds.read_committed:
            return self._found(records)
        if not len(records):
            return self._found(records, aborted=())
        bound = self.log.bound(bounds.offset, len(records), end_offset)
        aborted = self.log.aborted(bounds.offset, bound)
        return self._found(records, aborted=tuple(aborted))

    def visible_end(self, *, read_committed: bool) -> int:
        """Return the offset below which a consumer may read."""
        return self.last_stable_offset if read_committed else self.high_watermark

    def delete_before(self, offset: int) -> int:
        """Drop the records below `offset`, -1 for all that are committed.

        Returns the new log start offset. Raises OFFSET_OUT_OF_RANGE above the high
        watermark and KAFKA_STORAGE_ERROR.
        """
        if offset == HIGH_WATERMARK:
            offset = self.high_watermark
        if not 0 <= offset <= self.high_watermark:
            raise ApiError(
                Error.OFFSET_OUT_OF_RANGE,
                f"offset {offset}; the high watermark is {self.high_watermark}",
            )
        return self.log.delete_before(offset)

    def check_epoch(self, epoch: int) -> None:
        """Raise ApiError unless a client's leader epoch is ours, or it names none."""
        fault = fault_of_epoch(self.leader, epoch)
        if fault is not None:
            text = f"leader epoch {epoch}; the current one is {self.leader.epoch}"
            raise ApiError(fault, text)

    async def committed(self, end_offset: int) -> None:
        """Return once every record below `end_offset` is committed."""
        await self._until(lambda: self.high_watermark >= end_offset)

    def is_copied(self, end_offset: int, acks: int) -> bool:
        """Tell whether as many replicas as `acks` asks for have all below an offset.

        Above 0 it is so many of those in sync, the leader among them; below 0 all.
        """
        if acks > 0:
            return copies(self.leader, end_offset) >= acks
        return self.high_watermark >= end_offset

    async def copied(self, end_offset: int, acks: int) -> None:
        """Return once `is_copied` holds."""
        await self._until(lambda: self.is_copied(end_offset, acks))

    async def _until(self, holds: Callable[[], bool]) -> None:
        while not holds():
            with watching((self.changed,)) as changed:
                await changed.wait()

    def _divergence(self, bounds: FetchBounds) -> EpochEnd | None:
        """Return where our log ends the reader's last epoch, if it is past that."""
        if bounds.last_fetched_epoch == NO_LEADER_EPOCH:
            return None
        last_epoch = bounds.last_fetched_epoch
        end = self.log.end_of_epoch(last_epoch)
        if bounds.offset < self.log.start_offset:
            raise ApiError(
                Error.OFFSET_OUT_OF_RANGE,
                f"offset {bounds.offset}; the log starts at {self.log.start_offset}",
            )
        if end.epoch == NO_LEADER_EPOCH:
            raise ApiError(
                Error.OFFSET_OUT_OF_RANGE, f"epoch {last_epoch} is not in this log"
            )
        return end if has_parted(end, last_epoch, bounds.offset) else None

    def _found(
        self,
        records: bytes | FileSlice,
        *,
        aborted: tuple[Aborted, ...] | None = None,
        diverging: EpochEnd = UNKNOWN_END,
    ) -> PartitionRead:
        return PartitionRead(
            records,
            self.high_watermark,
            self.last_stable_offset,
            self.log.start_offset,
            aborted,
            diverging,
        )
