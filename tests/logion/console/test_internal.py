"""Records of the topics that brokers keep for themselves."""

from __future__ import annotations

import json

import pytest
from logion.broker.internal_topics import OFFSETS, TRANSACTIONS
from logion.console.internal import KINDS, key_and_value
from logion.protocol.codec import encode
from logion.protocol.messages import group_records as group
from logion.protocol.messages import transaction_records as transaction
from logion.protocol.messages.consumer_protocol import (
    ConsumerProtocolAssignment,
    ConsumerProtocolSubscription,
    TopicPartition,
)
from logion.protocol.schema import schema_of
from logion.records.record import Record


def record(key: bytes | None, value: bytes | None) -> Record:
    return Record(0, 0, key, value, ())


def versioned(message: object, version: int) -> bytes:
    return version.to_bytes(2) + encode(message, version)


def test_a_committed_offset_is_told_in_words() -> None:
    key = group.OffsetCommitKey(group="g", topic="t", partition=3)
    value = group.OffsetCommitValue(offset=7, metadata="m", commit_timestamp=1)
    told = key_and_value(
        OFFSETS, record(versioned(key, 1), versioned(value, 3)), 10_000
    )
    assert told[0].kind == "OffsetCommitKey v1"
    assert json.loads(told[0].text) == {"group": "g", "topic": "t", "partition": 3}
    assert told[1].kind == "OffsetCommitValue v3"
    assert json.loads(told[1].text)["offset"] == 7


def test_a_tombstone_has_a_key_in_words_and_no_value() -> None:
    key = group.GroupMetadataKey(group="g")
    told = key_and_value(OFFSETS, record(versioned(key, 2), None), 10_000)
    assert [it.kind for it in told] == ["GroupMetadataKey v2", "null"]


def group_record(subscription: bytes, assignment: bytes) -> Record:
    member = group.MemberMetadata(
        member_id="m",
        client_id="c",
        client_host="/127.0.0.1",
        session_timeout=1,
        subscription=subscription,
        assignment=assignment,
    )
    value = group.GroupMetadataValue(
        protocol_type="consumer",
        generation=1,
        protocol="range",
        leader="m",
        members=(member,),
    )
    key = group.GroupMetadataKey(group="g")
    return record(versioned(key, 2), versioned(value, 3))


def test_what_members_of_a_group_said_is_told_too() -> None:
    partitions = TopicPartition(topic="t", partitions=(0, 1))
    told = key_and_value(
        OFFSETS,
        group_record(
            versioned(ConsumerProtocolSubscription(topics=("t",)), 1),
            versioned(ConsumerProtocolAssignment(assigned_partitions=(partitions,)), 0),
        ),
        10_000,
    )
    (member,) = json.loads(told[1].text)["members"]
    assert member["subscription"]["topics"] == ["t"]
    assert member["assignment"]["assignedPartitions"] == [
        {"topic": "t", "partitions": [0, 1]}
    ]


def test_members_that_said_what_nobody_knows_are_told_as_bytes() -> None:
    told = key_and_value(OFFSETS, group_record(b"?", b"\x00\x00\xff"), 10_000)
    (member,) = json.loads(told[1].text)["members"]
    assert (member["subscription"], member["assignment"]) == ("Pw==", "AAD/")


def test_what_a_pattern_matches_is_told_in_words() -> None:
    key = group.ConsumerGroupRegularExpressionKey(
        group_id="g", regular_expression="t.*"
    )
    value = group.ConsumerGroupRegularExpressionValue(
        topics=("t1",), version=0, timestamp=1
    )
    told = key_and_value(
        OFFSETS, record(versioned(key, 16), versioned(value, 0)), 10_000
    )
    assert json.loads(told[0].text)["regularExpression"] == "t.*"
    assert json.loads(told[1].text)["topics"] == ["t1"]


def test_the_state_of_a_transaction_is_told_in_words() -> None:
    key = transaction.TransactionLogKey(transactional_id="x")
    value = transaction.TransactionLogValue(
        producer_id=1,
        producer_epoch=0,
        transaction_timeout_ms=1,
        transaction_status=0,
        transaction_partitions=None,
        transaction_last_update_timestamp_ms=1,
        transaction_start_timestamp_ms=1,
    )
    told = key_and_value(
        TRANSACTIONS, record(versioned(key, 0), versioned(value, 0)), 10_000
    )
    assert [it.kind for it in told] == [
        "TransactionLogKey v0",
        "TransactionLogValue v0",
    ]


@pytest.mark.parametrize(
    ("key", "kind"),
    [
        (None, "null"),
        (b"\x01", "hex"),
        (b"\x00\x63key", "hex"),
        (b"\x00\x01\xff\xff", "hex"),
        (b"\x00\x01" + b"\x00" * 2000, "hex"),
    ],
)
def test_what_is_no_such_record_is_shown_as_bytes(key: bytes, kind: str) -> None:
    told = key_and_value(OFFSETS, record(key, b"\x7f\xffv"), 1000)
    assert (told[0].kind, told[1].kind) == (kind, "hex")


def test_records_of_other_topics_are_not_looked_into() -> None:
    key = versioned(group.GroupMetadataKey(group="g"), 2)
    assert key_and_value("t", record(key, b"v"), 1000)[0].kind == "hex"


def test_every_kind_of_key_has_the_versions_that_name_it() -> None:
    for kinds in KINDS.values():
        for kind, (key, _) in kinds.items():
            assert kind in schema_of(key).versions
