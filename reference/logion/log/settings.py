"""The settings of a log, as plain values with Kafka's own defaults.

Whoever makes a log fills them in from broker and topic settings: the names are those
of the topic settings, and -1 stands for "no limit" as it does there.
"""

from __future__ import annotations

from dataclasses import dataclass

from logion.protocol.errors import Error
from logion.records.validation import ProduceRules

DAY_MS = 24 * 60 * 60 * 1000
NEVER = 2**63 - 1
"""What Kafka writes where a count or a time has no limit."""

DEFAULT_RULES = ProduceRules()
"""What a log of the newest release accepts by default."""


@dataclass(frozen=True, slots=True)
class CompactionSettings:
    """How a log is cleaned whose `cleanup.policy` has `compact`."""

    min_dirty_ratio: float = 0.5
    """Share of the log that must be dirty."""
    min_lag_ms: int = 0
    """Age below which a record is left alone."""
    max_lag_ms: int = NEVER
    """Age above which a record is cleaned whatever the ratio."""
    delete_retention_ms: int = DAY_MS
    """How long a tombstone or marker stays."""
    has_delete_horizons: bool = True
    """That time is written in the batches (KIP-534), as since 3.1."""


DEFAULT_COMPACTION = CompactionSettings()


@dataclass(frozen=True, slots=True)
class LogSettings:
    """How one partition's log rolls, ages, syncs and what it accepts."""

    segment_bytes: int = 1024**3
    """Size at which a new segment begins, and the largest set that can be appended."""
    segment_ms: int = 7 * DAY_MS
    """Age at which a new segment begins."""
    segment_jitter_ms: int = 0
    """At most so much earlier, so that not all logs roll at once."""
    segment_index_bytes: int = 10 * 1024 * 1024
    """Size of an index at which a new segment begins."""
    index_interval_bytes: int = 4096
    """Bytes appended between two index entries."""
    retention_ms: int = 7 * DAY_MS
    """Age at which a segment is deleted; -1 never."""
    retention_bytes: int = -1
    """Size above which the oldest segments are deleted; -1 never."""
    is_delete: bool = True
    """`cleanup.policy` has `delete`."""
    compaction: CompactionSettings = DEFAULT_COMPACTION
    """What holds if `cleanup.policy` has `compact`, which the rules below say."""
    file_delete_delay_ms: int = 60_000
    """How long a deleted segment stays, renamed to `.deleted`."""
    flush_messages: int = NEVER
    """Sync after so many records."""
    flush_ms: int = NEVER
    """Sync after so many milliseconds."""
    rules: ProduceRules = DEFAULT_RULES
    """What is accepted, and the format it is stored in."""
    min_in_sync_replicas: int = 1
    """Replicas that must be in sync for a write with acks=-1; the leader's rule."""
    asks_for_replicas_alone: bool = False
    """No more must be in sync than the partition has replicas: since 3.7."""
    producer_expiry_ms: int = DAY_MS
    """How long an idle producer id is remembered (`producer.id.expiration.ms`)."""
    is_down_converted: bool = True
    """Old consumers get records in the format they know: the reader's rule
    (`message.downconversion.enable`)."""
    unknown_producer: Error = Error.NONE
    """Answer to an unknown producer that does not begin with sequence 0: accepted since
    2.5 (KIP-360), UNKNOWN_PRODUCER_ID from 1.0, OUT_OF_ORDER_SEQUENCE_NUMBER in
    0.11."""
    ages_by_file_time: bool = False
    """Age of a segment is that of its file, as before 0.10.1, not of its records."""

    @property
    def is_compacted(self) -> bool:
        """Return whether `cleanup.policy` has `compact`."""
        return self.rules.is_compacted
