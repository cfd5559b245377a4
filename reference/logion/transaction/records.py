"""The records of `__transaction_state`: what a transaction is turned into, and back.

A key is an int16, its version, and the transactional id; a value is an int16 version
and the value message, or null, which forgets the id.
`logion.protocol.messages.transaction_records` has the messages.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache
from struct import Struct

from logion.names import TopicPartition
from logion.protocol.codec import decode, encode
from logion.protocol.errors import ProtocolError
from logion.protocol.messages.transaction_records import (
    PartitionsSchema,
    TransactionLogKey,
    TransactionLogValue,
)
from logion.transaction.state import STATE_IDS, State, Transaction

_VERSION = Struct(">h")

KEY_VERSION = 0
VALUE_VERSIONS = (0, 1)
"""Those that are read. Until 3.9 version 0 is written, then 1 (KIP-890)."""

IDS_REMEMBERED = 4096
"""An id is written down three times a transaction: the last keys are kept."""

VERSION_WITH_NEIGHBOURS = 1
"""The first that tells of producer ids before and after, and what a client knows."""

_STATES = {number: state for state, number in STATE_IDS.items()}


@lru_cache(maxsize=IDS_REMEMBERED)
def key_bytes(transactional_id: str) -> bytes:
    """Return the key of a transactional id."""
    key = TransactionLogKey(transactional_id=transactional_id)
    return _VERSION.pack(KEY_VERSION) + encode(key, KEY_VERSION)


def value_bytes(transaction: Transaction, version: int) -> bytes:
    """Return a transaction as a value of `version`."""
    is_empty = transaction.state is State.EMPTY
    value = TransactionLogValue(
        producer_id=transaction.producer_id,
        producer_epoch=transaction.epoch,
        transaction_timeout_ms=transaction.timeout_ms,
        transaction_status=STATE_IDS[transaction.state],
        transaction_partitions=None if is_empty else _grouped(transaction.partitions),
        transaction_last_update_timestamp_ms=transaction.updated_ms,
        transaction_start_timestamp_ms=transaction.started_ms,
        **(_neighbours(transaction) if version >= VERSION_WITH_NEIGHBOURS else {}),
    )
    return _VERSION.pack(version) + encode(value, version)


def _neighbours(transaction: Transaction) -> dict[str, int]:
    return {
        "previous_producer_id": transaction.previous_producer_id,
        "next_producer_id": transaction.next_producer_id,
        "client_transaction_version": transaction.client_version,
    }


def _grouped(partitions: Iterable[TopicPartition]) -> tuple[PartitionsSchema, ...]:
    found: defaultdict[str, list[int]] = defaultdict(list)
    for name in sorted(partitions):
        found[name.topic].append(name.partition)
    return tuple(
        PartitionsSchema(topic=topic, partition_ids=tuple(indexes))
        for topic, indexes in found.items()
    )


def read_key(key: bytes | None) -> str | None:
    """Return the transactional id of a key, None for a key of another kind.

    Raises ProtocolError if the bytes are no key.
    """
    if key is None or len(key) < _VERSION.size:
        raise ProtocolError(f"a key of {len(key or b'')} bytes; it has a version first")
    if _VERSION.unpack_from(key)[0] != KEY_VERSION:
        return None
    found = decode(TransactionLogKey, KEY_VERSION, key, offset=_VERSION.size)
    return found.transactional_id


def read_value(transactional_id: str, value: bytes) -> Transaction | None:
    """Return the transaction of a value, None for a version that is not known.

    Raises ProtocolError if the bytes are no value, or of a state that is never stored.
    """
    if len(value) < _VERSION.size:
        raise ProtocolError(f"a value of {len(value)} bytes; it has a version first")
    version = _VERSION.unpack_from(value)[0]
    if version not in VALUE_VERSIONS:
        return None
    found = decode(TransactionLogValue, version, value, offset=_VERSION.size)
    state = _STATES.get(found.transaction_status)
    if state is None or state in {State.DEAD, State.PREPARE_EPOCH_FENCE}:
        raise ProtocolError(f"state {found.transaction_status}; expected 0 to 5")
    return Transaction(
        transactional_id,
        producer_id=found.producer_id,
        timeout_ms=found.transaction_timeout_ms,
        updated_ms=found.transaction_last_update_timestamp_ms,
        state=state,
        epoch=found.producer_epoch,
        previous_producer_id=found.previous_producer_id,
        next_producer_id=found.next_producer_id,
        partitions=frozenset(
            TopicPartition(it.topic, index)
            for it in found.transaction_partitions or ()
            for index in it.partition_ids
        ),
        started_ms=found.transaction_start_timestamp_ms,
        client_version=found.client_transaction_version,
    )
