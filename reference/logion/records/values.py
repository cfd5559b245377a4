"""Records as plain values, however they are stored, and how they are to be written."""

from __future__ import annotations

from typing import NamedTuple

from logion.names import NO_PRODUCER_EPOCH, NO_PRODUCER_ID, NO_SEQUENCE, NO_TIMESTAMP
from logion.records.codec import Codec

Header = tuple[str, bytes | None]
"""Name and value of a record's header (KIP-82)."""


class Record(NamedTuple):
    """One record, whatever format it was stored in."""

    offset: int
    timestamp: int = NO_TIMESTAMP
    """In ms; -1 if it has none."""
    key: bytes | None = None
    value: bytes | None = None
    headers: tuple[Header, ...] = ()


class BatchOptions(NamedTuple):
    """How records are written; what a format has no place for is left out."""

    magic: int = 2
    codec: Codec = Codec.NONE
    level: int | None = None
    """Compression level of the codec; None for its default."""
    base_offset: int | None = None
    """None: the offset of the first record."""
    last_offset: int | None = None
    """None: that of the last record; compaction keeps the one of a removed record."""
    leader_epoch: int = -1
    log_append_time: int | None = None
    """The append time in ms, which makes the entry LogAppendTime; None: CreateTime."""
    producer_id: int = NO_PRODUCER_ID
    producer_epoch: int = NO_PRODUCER_EPOCH
    base_sequence: int = NO_SEQUENCE
    is_transactional: bool = False
    is_control: bool = False
    delete_horizon: int | None = None
    """When tombstones may go, in ms (KIP-534): the base timestamp becomes this."""


DEFAULTS = BatchOptions()
"""Magic 2, no compression, CreateTime, no producer."""
