"""Reading a partition of `__transaction_state`: the transactions it says there are.

Later records stand for earlier ones of the same id, and null forgets it. What cannot be
read is passed over with a line in the log that gives its offset.
"""

from __future__ import annotations

import logging

from logion.names import Buffer, TopicPartition
from logion.protocol.errors import ApiError, ProtocolError
from logion.records.batch import Batch, check_crc
from logion.records.record import Record, read_batch
from logion.transaction.records import read_key, read_value
from logion.transaction.state import Transaction

log = logging.getLogger(__name__)


class Replay:
    """The transactions of one partition, as far as its records were read."""

    def __init__(self, name: TopicPartition) -> None:
        """Begin with none; `name` is the partition, for the lines in the log."""
        self._name = name
        self.transactions: dict[str, Transaction] = {}

    def take(self, buffer: Buffer, batch: Batch) -> None:
        """Read one batch of `buffer`."""
        try:
            check_crc(buffer, batch)
            records = () if batch.is_control else read_batch(buffer, batch)
        except ApiError as problem:
            self._skip(batch.base_offset, problem)
            return
        for record in records:
            try:
                self._take_record(record)
            except ProtocolError as problem:
                self._skip(record.offset, problem)

    def _skip(self, offset: int, problem: Exception) -> None:
        log.error("%s: passed over at offset %d: %s", self._name, offset, problem)

    def _take_record(self, record: Record) -> None:
        transactional_id = read_key(record.key)
        if transactional_id is None:
            return  # of a kind that a newer release writes
        if record.value is None:
            self.transactions.pop(transactional_id, None)
            return
        found = read_value(transactional_id, record.value)
        if found is not None:
            self.transactions[transactional_id] = found
