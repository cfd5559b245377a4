"""What a coordinator is set to beyond the rules of groups, as plain values."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from logion.group.consumer.state import Settings
from logion.group.rules import GroupRules
from logion.records.codec import Codec


class ValueVersions(NamedTuple):
    """The record versions a release writes; it reads all others too."""

    offset_key: int = 1
    offset: int = 3
    group: int = 3


@dataclass(frozen=True, slots=True)
class CoordinatorSettings:
    """What a coordinator needs to know beyond the rules of groups."""

    rules: GroupRules
    versions: ValueVersions
    codec: Codec
    """How its records are compressed (`offsets.topic.compression.codec`)."""
    metadata_size_max: int
    """Most characters of a commit's own text (`offset.metadata.max.bytes`)."""
    retention_ms: int
    """How long offsets are kept (`offsets.retention.minutes`)."""
    commit_timeout_ms: int
    """How long a write may take to be committed (`offsets.commit.timeout.ms`)."""
    load_size: int
    """Bytes read at a time when groups are loaded (`offsets.load.buffer.size`)."""
    keeps_unused_groups: bool
    """A group whose last offset was deleted stays until somebody looks for what has
    expired, from 4.0 on; before it ends at once."""
    stamps_expiry: bool
    """Each offset is stored with the time at which it expires: 0.9 to 2.0. Later it is
    forgotten when its group has been away for long enough (KIP-211)."""
    consumer: Settings = field(default_factory=Settings)
    """What consumer groups are set to (KIP-848)."""
    serves_consumers: bool = True
    """Whether `group.coordinator.rebalance.protocols` has the consumer protocol."""
