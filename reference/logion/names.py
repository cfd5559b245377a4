"""Kafka's nouns as types: one name per concept, used by every other module.

`docs/glossary.md` explains the same words; a test holds the two together.
"""

from __future__ import annotations

from binascii import a2b_base64, b2a_base64
from typing import NamedTuple, NewType, TypeAlias

Offset = NewType("Offset", int)
"""Position of a record in its partition: 0, 1, 2, ...; it never changes."""

LogStartOffset = NewType("LogStartOffset", int)
"""First offset a partition still serves; retention and DeleteRecords raise it."""

LogEndOffset = NewType("LogEndOffset", int)
"""Offset the next record of a log will get: one past its last record."""

HighWatermark = NewType("HighWatermark", int)
"""Every record below this offset is committed: the whole ISR has it."""

LastStableOffset = NewType("LastStableOffset", int)
"""No transaction is open below this offset (KIP-98)."""

LeaderEpoch = NewType("LeaderEpoch", int)
"""Number of a leader's term (KIP-101); grows with every election. -1 for none."""

ControllerEpoch = NewType("ControllerEpoch", int)
"""Number of a controller's term; requests of an older one are refused."""

PartitionEpoch = NewType("PartitionEpoch", int)
"""Version of a partition's state: a change must name the current one."""

BrokerId = NewType("BrokerId", int)
"""Number of a broker, `broker.id` or `node.id`."""

ProducerId = NewType("ProducerId", int)
"""Number given to an idempotent producer by InitProducerId; -1 for none (KIP-98)."""

ProducerEpoch = NewType("ProducerEpoch", int)
"""Term of a producer id; an older one is fenced. -1 for none (KIP-98)."""

Generation = NewType("Generation", int)
"""Number of a consumer group's membership; it grows with every rebalance."""

MemberId = NewType("MemberId", str)
"""Name the group coordinator gave to a member of a group."""

TimestampMs = NewType("TimestampMs", int)
"""Milliseconds since 1970-01-01 UTC; -1 for none."""

Uuid = NewType("Uuid", bytes)
"""Sixteen bytes; written as 22 characters of URL-safe base64."""

ZERO_UUID = Uuid(bytes(16))
"""The id that stands for "no id"."""

Buffer: TypeAlias = bytes | bytearray | memoryview
"""Bytes, read where they are; who patches them needs a writable one."""

NO_LEADER_EPOCH = LeaderEpoch(-1)
NO_PRODUCER_ID = ProducerId(-1)
NO_PRODUCER_EPOCH = ProducerEpoch(-1)
NO_SEQUENCE = -1
NO_TIMESTAMP = TimestampMs(-1)


class TopicPartition(NamedTuple):
    """One partition of a topic: the unit of order, of leadership and of assignment."""

    topic: str
    partition: int

    def __str__(self) -> str:
        """Return Kafka's name for it, which is also its folder's: `topic-partition`."""
        return f"{self.topic}-{self.partition}"


def format_uuid(uuid: bytes) -> str:
    """Return an id as Kafka prints it: 22 characters of URL-safe base64."""
    text = b2a_base64(uuid, newline=False).decode()
    return text.rstrip("=").replace("+", "-").replace("/", "_")


def parse_uuid(text: str) -> Uuid:
    """Return the id that Kafka prints so; ValueError if `text` is none."""
    uuid = a2b_base64(text.replace("-", "+").replace("_", "/") + "==")
    if len(text) != 22 or len(uuid) != 16:
        raise ValueError(f"id {text!r} where 22 characters of base64 were expected")
    return Uuid(uuid)
