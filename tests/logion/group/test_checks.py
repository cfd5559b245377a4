"""Which records no group can go by."""

from __future__ import annotations

from typing import Any

import pytest
from logion.group.checks import EPOCH_MAX, check_record
from logion.group.records import GroupRecord
from logion.protocol.errors import ProtocolError
from logion.protocol.messages.group_records import (
    ClassicMemberMetadata,
    ClassicProtocol,
    ConsumerGroupMemberMetadataKey,
    ConsumerGroupMemberMetadataValue,
    ConsumerGroupMetadataKey,
    ConsumerGroupMetadataValue,
    GroupMetadataKey,
    GroupMetadataValue,
    OffsetCommitKey,
    OffsetCommitValue,
)


def group(generation: int) -> GroupRecord:
    value = GroupMetadataValue(
        protocol_type="consumer",
        generation=generation,
        protocol=None,
        leader=None,
        members=(),
    )
    return GroupRecord(GroupMetadataKey(group="g"), value)


def consumer_group(epoch: int) -> GroupRecord:
    key = ConsumerGroupMetadataKey(group_id="g")
    return GroupRecord(key, ConsumerGroupMetadataValue(epoch=epoch))


def member(*protocols: str) -> GroupRecord:
    known = tuple(ClassicProtocol(name=it, metadata=b"") for it in protocols)
    value = ConsumerGroupMemberMetadataValue(
        instance_id=None,
        rack_id=None,
        client_id="c",
        client_host="/127.0.0.1",
        subscribed_topic_names=("t",),
        subscribed_topic_regex="",
        rebalance_timeout_ms=1,
        server_assignor=None,
        classic_member_metadata=ClassicMemberMetadata(
            session_timeout_ms=1, supported_protocols=known
        ),
    )
    key = ConsumerGroupMemberMetadataKey(group_id="g", member_id="m")
    return GroupRecord(key, value)


EXPECTED = "where 0 to 1073741824 was expected"


@pytest.mark.parametrize(
    ("record", "why"),
    [
        (group(-1), f"generation -1 {EXPECTED}"),
        (group(EPOCH_MAX + 1), f"generation 1073741825 {EXPECTED}"),
        (consumer_group(-1), f"epoch -1 {EXPECTED}"),
        (consumer_group(EPOCH_MAX + 1), f"epoch 1073741825 {EXPECTED}"),
        (member(), "a classic member with no protocol; it has one at least"),
    ],
)
def test_a_record_by_which_no_group_could_go_on_is_damaged(
    record: GroupRecord, why: str
) -> None:
    with pytest.raises(ProtocolError, match=f"^{why}$"):
        check_record(record)


COMMIT: tuple[Any, Any] = (
    OffsetCommitKey(group="g", topic="t", partition=0),
    OffsetCommitValue(offset=-5, metadata="", commit_timestamp=-1),
)


@pytest.mark.parametrize(
    "record",
    [
        *(each(epoch) for each in (group, consumer_group) for epoch in (0, EPOCH_MAX)),
        member("range"),
        GroupRecord(*COMMIT),
        GroupRecord(GroupMetadataKey(group="g"), None),
    ],
)
def test_every_other_record_is_taken(record: GroupRecord) -> None:
    check_record(record)
