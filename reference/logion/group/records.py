"""The records of `__consumer_offsets`: what a group is turned into, and back.

A key is an int16, its version and at the same time the kind of the record, and the key
message; a value is an int16 version and the value message, or null, which takes back
what an earlier record of the key said. `logion.protocol.messages.group_records` has
the messages.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from struct import Struct
from typing import Any, NamedTuple

from logion.group.classic.state import ClassicGroup, Member, State
from logion.group.offsets import CommittedOffset
from logion.names import TopicPartition
from logion.protocol.codec import decode, encode
from logion.protocol.errors import ProtocolError
from logion.protocol.messages import group_records as messages
from logion.protocol.messages.group_records import (
    GroupMetadataKey,
    GroupMetadataValue,
    MemberMetadata,
    OffsetCommitKey,
    OffsetCommitValue,
)

_VERSION = Struct(">h")

KEYS_REMEMBERED = 16_384
"""Groups commit for the same partitions again and again: the last keys are kept."""

_EXPIRING_VALUE = 1
"""The only version of an offset's value that says when it expires, and not how old the
leader was."""

KINDS: Mapping[int, tuple[type, type]] = {
    0: (OffsetCommitKey, OffsetCommitValue),
    1: (OffsetCommitKey, OffsetCommitValue),
    2: (GroupMetadataKey, GroupMetadataValue),
    3: (messages.ConsumerGroupMetadataKey, messages.ConsumerGroupMetadataValue),
    4: (
        messages.ConsumerGroupPartitionMetadataKey,
        messages.ConsumerGroupPartitionMetadataValue,
    ),
    5: (
        messages.ConsumerGroupMemberMetadataKey,
        messages.ConsumerGroupMemberMetadataValue,
    ),
    6: (
        messages.ConsumerGroupTargetAssignmentMetadataKey,
        messages.ConsumerGroupTargetAssignmentMetadataValue,
    ),
    7: (
        messages.ConsumerGroupTargetAssignmentMemberKey,
        messages.ConsumerGroupTargetAssignmentMemberValue,
    ),
    8: (
        messages.ConsumerGroupCurrentMemberAssignmentKey,
        messages.ConsumerGroupCurrentMemberAssignmentValue,
    ),
    16: (
        messages.ConsumerGroupRegularExpressionKey,
        messages.ConsumerGroupRegularExpressionValue,
    ),
}
"""Version of a key to the messages of key and value."""


class GroupRecord(NamedTuple):
    """One record as messages."""

    key: Any
    """A key message of KINDS."""
    value: Any | None
    """The value message of the same kind; None takes the key's value back."""


def key_bytes(version: int, key: object) -> bytes:
    """Return the bytes of a record's key."""
    return _VERSION.pack(version) + encode(key, version)


def value_bytes(version: int, value: object) -> bytes:
    """Return the bytes of a record's value."""
    return _VERSION.pack(version) + encode(value, version)


_KIND_OF = {key: kind for kind, (key, _) in KINDS.items()}


def consumer_group_record(record: tuple[Any, Any | None]) -> tuple[bytes, bytes | None]:
    """Return key and value of a record of a consumer group as bytes."""
    key, value = record
    kind = _KIND_OF[type(key)]
    return key_bytes(kind, key), None if value is None else value_bytes(0, value)


def read_record(key: bytes | None, value: bytes | None) -> GroupRecord | None:
    """Return a record as messages, None for a kind that is not known.

    Raises ProtocolError if the bytes are not such a record.
    """
    if key is None or len(key) < _VERSION.size:
        raise ProtocolError(f"a key of {len(key or b'')} bytes; it has a version first")
    kind = _VERSION.unpack_from(key)[0]
    if kind < 0:
        raise ProtocolError(f"a key of version {kind}; the first is 0")
    if kind not in KINDS:
        return None
    key_class, value_class = KINDS[kind]
    read_key: Any = decode(key_class, kind, key, offset=_VERSION.size)
    if value is None:
        return GroupRecord(read_key, None)
    if len(value) < _VERSION.size:
        raise ProtocolError(f"a value of {len(value)} bytes; it has a version first")
    version = _VERSION.unpack_from(value)[0]
    return GroupRecord(
        read_key, decode(value_class, version, value, offset=_VERSION.size)
    )


# Offsets


@lru_cache(maxsize=KEYS_REMEMBERED)
def offset_key(group_id: str, partition: TopicPartition, version: int) -> bytes:
    """Return the key of what a group committed for a partition."""
    key = OffsetCommitKey(
        group=group_id, topic=partition.topic, partition=partition.partition
    )
    return key_bytes(version, key)


def offset_value(committed: CommittedOffset, version: int) -> bytes:
    """Return a committed offset as a value; one that expires has version 1."""
    expires = committed.expire_ms is not None
    value = OffsetCommitValue(
        offset=committed.offset,
        leader_epoch=committed.leader_epoch,
        metadata=committed.metadata,
        commit_timestamp=committed.commit_ms,
        expire_timestamp=-1 if committed.expire_ms is None else committed.expire_ms,
    )
    return value_bytes(min(version, _EXPIRING_VALUE) if expires else version, value)


def read_offset(value: OffsetCommitValue) -> CommittedOffset:
    """Return the committed offset that a value says."""
    expire_ms = value.expire_timestamp
    return CommittedOffset(
        value.offset,
        value.leader_epoch,
        value.metadata,
        value.commit_timestamp,
        None if expire_ms < 0 else expire_ms,
    )


# Classic groups


def group_key(group_id: str) -> bytes:
    """Return the key of a classic group."""
    return key_bytes(2, GroupMetadataKey(group=group_id))


def group_value(
    group: ClassicGroup, assignments: Mapping[str, bytes], version: int
) -> bytes:
    """Return a classic group, its members with these assignments, as a value."""
    protocol = group.protocol
    value = GroupMetadataValue(
        protocol_type=group.protocol_type or "",
        generation=group.generation,
        protocol=protocol,
        leader=group.leader,
        current_state_timestamp=group.since_ms,
        members=tuple(
            MemberMetadata(
                member_id=it.id,
                group_instance_id=it.instance_id,
                client_id=it.client_id,
                client_host=it.client_host,
                rebalance_timeout=it.rebalance_timeout_ms,
                session_timeout=it.session_timeout_ms,
                subscription=it.metadata(protocol or ""),
                assignment=assignments.get(it.id, b""),
            )
            for it in group.members.values()
        ),
    )
    return value_bytes(version, value)


def group_record(
    group: ClassicGroup, version: int, assignments: Mapping[str, bytes] | None = None
) -> tuple[bytes, bytes]:
    """Return key and value of a classic group; assignments are the members' own
    unless others are given."""
    if assignments is None:
        assignments = {it.id: it.assignment for it in group.members.values()}
    return group_key(group.id), group_value(group, assignments, version)


def read_group(group_id: str, value: GroupMetadataValue) -> ClassicGroup:
    """Return the classic group that a value says; no session has begun.

    Each member knows the one protocol that was chosen.
    """
    protocol = value.protocol or ""
    members = {
        it.member_id: Member(
            it.member_id,
            it.group_instance_id,
            it.client_id,
            it.client_host,
            it.session_timeout,
            it.session_timeout if it.rebalance_timeout < 0 else it.rebalance_timeout,
            ((protocol, it.subscription),),
            it.assignment,
        )
        for it in value.members
    }
    return ClassicGroup(
        group_id,
        State.STABLE if members else State.EMPTY,
        value.current_state_timestamp,
        value.generation,
        value.protocol_type or None,
        value.protocol,
        value.leader,
        members,
    )
