"""Reading a partition of `__consumer_offsets`: the groups it says there are.

Later records stand for earlier ones of the same key, and null takes back. Offsets that
a transaction commits count from its marker on. What cannot be read is passed over with
a line in the log that gives its offset.
"""

from __future__ import annotations

import logging

from logion.group.cell import GroupCell
from logion.group.checks import check_record
from logion.group.consumer.changes import apply, empty_group, is_last
from logion.group.consumer.state import Settings
from logion.group.offsets import Offsets
from logion.group.open_offsets import OpenOffsets
from logion.group.records import GroupRecord, read_group, read_offset, read_record
from logion.names import Buffer, TopicPartition
from logion.protocol.errors import ApiError, ProtocolError
from logion.protocol.messages.group_records import GroupMetadataKey, OffsetCommitKey
from logion.records.batch import Batch, check_crc
from logion.records.control import ControlType, control_type
from logion.records.record import Record, read_batch

log = logging.getLogger(__name__)


class Replay:
    """The groups of one partition, as far as its records were read."""

    def __init__(self, name: TopicPartition, settings: Settings | None = None) -> None:
        """Begin with none; `name` is the partition, for the lines in the log.

        `settings` say with which epoch consumer groups begin.
        """
        self._name = name
        self._settings = settings or Settings()
        self.cells: dict[str, GroupCell] = {}
        self.open = OpenOffsets()
        """What transactions that have not ended commit."""

    def take(self, buffer: Buffer, batch: Batch) -> None:
        """Read one batch of `buffer`."""
        try:
            check_crc(buffer, batch)
            records = read_batch(buffer, batch)
            if batch.is_control:
                self._end_transaction(batch, records)
                return
        except ApiError as problem:
            self._skip(batch.base_offset, problem)
            return
        for record in records:
            try:
                self._take_record(batch, record)
            except ProtocolError as problem:
                self._skip(record.offset, problem)

    def _skip(self, offset: int, problem: Exception) -> None:
        log.error("%s: passed over at offset %d: %s", self._name, offset, problem)

    def _take_record(self, batch: Batch, record: Record) -> None:
        read = read_record(record.key, record.value)
        if read is None:
            return  # of a kind that a newer release writes
        check_record(read)
        if isinstance(read.key, OffsetCommitKey):
            self._take_offset(batch, read)
        elif isinstance(read.key, GroupMetadataKey):
            self._take_group(read)
        else:
            self._take_consumer_group(read)

    def _take_group(self, read: GroupRecord) -> None:
        group_id = read.key.group
        cell = self._cell(group_id)
        value = read.value
        fresh = GroupCell(group_id).classic
        cell.classic = fresh if value is None else read_group(group_id, value)

    def _take_consumer_group(self, read: GroupRecord) -> None:
        """Apply a record of a consumer group; null for none is nothing."""
        group_id = read.key.group_id
        cell = self._cell(group_id)
        if is_last(read.key, read.value):
            cell.consumer = None
            return
        if cell.consumer is None and read.value is None:
            return
        group = cell.consumer or empty_group(group_id, self._settings)
        cell.consumer = apply(group, read.key, read.value)

    def _take_offset(self, batch: Batch, read: GroupRecord) -> None:
        """Take an offset, committed or taken back; one in a transaction stays open."""
        group_id = read.key.group
        partition = TopicPartition(read.key.topic, read.key.partition)
        offsets = self._cell(group_id).offsets
        end_offset = batch.last_offset + 1
        if read.value is None:
            offsets.pop(partition, None)
            self.open.drop(group_id, (partition,))
            return
        committed = {partition: read_offset(read.value)}
        if batch.is_transactional:
            self.open.add(batch.producer_id, group_id, committed, end_offset)
        else:
            self._commit(group_id, committed)
            self.open.supersede(group_id, committed, end_offset)

    def _commit(self, group_id: str, offsets: Offsets) -> None:
        self._cell(group_id).offsets.update(offsets)

    def _end_transaction(self, batch: Batch, records: list[Record]) -> None:
        is_commit = bool(records) and control_type(records[0]) is ControlType.COMMIT
        ended = self.open.end(
            batch.producer_id, batch.last_offset + 1, is_commit=is_commit
        )
        for group_id, offsets in ended:
            self._commit(group_id, offsets)

    def _cell(self, group_id: str) -> GroupCell:
        if group_id not in self.cells:
            self.cells[group_id] = GroupCell(group_id)
        return self.cells[group_id]

    def result(self) -> dict[str, GroupCell]:
        """Return the groups that are more than a name."""
        return {
            group_id: cell
            for group_id, cell in self.cells.items()
            if cell.offsets or not cell.is_only_offsets or self.open.of_group(group_id)
        }
