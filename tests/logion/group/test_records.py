"""The records of `__consumer_offsets`, byte for byte as Kafka writes them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from logion.group.classic.state import ClassicGroup, Member, State
from logion.group.offsets import CommittedOffset
from logion.group.records import (
    consumer_group_record,
    group_key,
    group_record,
    group_value,
    key_bytes,
    offset_key,
    offset_value,
    read_group,
    read_offset,
    read_record,
    value_bytes,
)
from logion.names import TopicPartition
from logion.protocol.errors import ProtocolError
from logion.protocol.messages import group_records as messages

PARTITION = TopicPartition("t", 3)
COMMITTED = CommittedOffset(7, 2, "m", 1000)

MEMBER = Member("c-1", "i", "c", "/10.0.0.1", 6000, 9000, (("range", b"sub"),), b"own")
GROUP = ClassicGroup(
    "g", State.STABLE, 55, 4, "consumer", "range", "c-1", {"c-1": MEMBER}
)


def test_a_key_begins_with_its_version_which_is_also_its_kind() -> None:
    assert offset_key("g", PARTITION, 1) == bytes.fromhex("000100016700017400000003")
    assert offset_key("g", PARTITION, 0)[:2] == b"\0\0"
    assert group_key("g") == bytes.fromhex("0002000167")


def test_the_offset_of_each_era_has_its_own_fields() -> None:
    offset, time = f"{7:016x}", f"{1000:016x}"
    assert offset_value(COMMITTED, 0).hex() == f"0000{offset}00016d{time}"
    assert offset_value(COMMITTED, 3).hex() == f"0003{offset}0000000200016d{time}"
    expiring = COMMITTED._replace(expire_ms=2000)
    written = f"0001{offset}00016d{time}{2000:016x}"
    assert offset_value(expiring, 1).hex() == written
    assert offset_value(COMMITTED, 1).hex() == f"0001{offset}00016d{time}{'ff' * 8}"


def test_an_offset_that_expires_by_its_own_time_is_written_in_version_1() -> None:
    expiring = COMMITTED._replace(expire_ms=2000)
    assert offset_value(expiring, 3) == offset_value(expiring, 1)
    assert offset_value(expiring, 0) == offset_value(COMMITTED, 0)


@pytest.mark.parametrize("expire_ms", [0, 2000])
def test_when_an_offset_expires_comes_back(expire_ms: int) -> None:
    expiring = CommittedOffset(7, -1, "m", 1000, expire_ms)
    read = read_record(offset_key("g", PARTITION, 0), offset_value(expiring, 1))
    assert read is not None
    assert read_offset(read.value) == expiring


@pytest.mark.parametrize("version", [0, 1, 3])
def test_an_offset_comes_back_as_far_as_its_version_can_tell(version: int) -> None:
    key, value = offset_key("g", PARTITION, 1), offset_value(COMMITTED, version)
    read = read_record(key, value)
    assert read is not None
    assert (read.key.group, read.key.topic, read.key.partition) == ("g", "t", 3)
    known_epoch = 2 if version == 3 else -1
    assert read_offset(read.value) == COMMITTED._replace(leader_epoch=known_epoch)


@pytest.mark.parametrize("version", [0, 1, 2, 3])
def test_a_group_comes_back_as_far_as_its_version_can_tell(version: int) -> None:
    value = group_value(GROUP, {"c-1": b"own"}, version)
    read = read_record(group_key("g"), value)
    assert read is not None
    group = read_group("g", read.value)
    member = group.members["c-1"]
    assert (group.state, group.generation, group.leader) == (State.STABLE, 4, "c-1")
    assert group.since_ms == (55 if version >= 2 else -1)
    assert member.instance_id == ("i" if version >= 3 else None)
    assert member.rebalance_timeout_ms == (9000 if version >= 1 else 6000)
    assert (member.protocols, member.assignment) == ((("range", b"sub"),), b"own")
    assert (member.client_id, member.client_host) == ("c", "/10.0.0.1")
    assert member.session_timeout_ms == 6000
    assert (group.protocol_type, group.protocol) == ("consumer", "range")


def test_the_newest_version_tells_all_of_a_group() -> None:
    read = read_record(*group_record(GROUP, 3))
    assert read is not None
    assert read_group("g", read.value) == GROUP


def test_members_have_their_own_assignments_unless_others_are_given() -> None:
    assert group_record(GROUP, 3) == group_record(GROUP, 3, {"c-1": b"own"})
    for given, expected in (({}, b""), ({"c-1": b"new"}, b"new")):
        key, value = group_record(GROUP, 3, given)
        read = read_record(key, value)
        assert read is not None
        assert (key, read.key.group) == (group_key("g"), "g")
        assert read.value.members[0].assignment == expected


def test_a_member_may_have_no_time_to_join_again() -> None:
    member = replace(MEMBER, rebalance_timeout_ms=0)
    group = replace(GROUP, members={"c-1": member})
    read = read_record(*group_record(group, 3))
    assert read is not None
    assert read_group("g", read.value) == group


def test_a_group_without_a_protocol_comes_back() -> None:
    member = replace(MEMBER, protocols=(("", b"sub"),))
    group = replace(GROUP, protocol_type=None, protocol=None, members={"c-1": member})
    read = read_record(*group_record(group, 3))
    assert read is not None
    assert read.value.protocol_type == ""
    assert read_group("g", read.value) == group


def test_a_group_without_members_is_empty() -> None:
    empty = ClassicGroup("g", State.EMPTY, 55, 5, "consumer")
    read = read_record(group_key("g"), group_value(empty, {}, 3))
    assert read is not None
    assert read_group("g", read.value) == empty


def test_a_null_value_takes_back() -> None:
    read = read_record(group_key("g"), None)
    assert read is not None
    assert (read.key.group, read.value) == ("g", None)


def test_a_record_of_a_consumer_group_has_the_version_of_its_kind() -> None:
    key = messages.ConsumerGroupMetadataKey(group_id="g")
    value = messages.ConsumerGroupMetadataValue(epoch=5)
    written = consumer_group_record((key, value))
    assert (written[0][:2], (written[1] or b"")[:2]) == (b"\0\3", b"\0\0")
    assert read_record(*written) == (key, value)
    assert consumer_group_record((key, None)) == (written[0], None)


def test_a_kind_that_only_newer_releases_know_is_passed_over() -> None:
    assert read_record(b"\0\x63whatever", b"") is None
    assert read_record(b"\0\x63", b"") is None


@pytest.mark.parametrize(
    ("key", "value", "why"),
    [
        (None, b"", "a key of 0 bytes; it has a version first"),
        (b"\0", b"", "a key of 1 bytes; it has a version first"),
        (b"\xff\xffwhatever", b"", "a key of version -1; the first is 0"),
        (group_key("g"), b"\0", "a value of 1 bytes; it has a version first"),
        (group_key("g"), b"\0\x63", "GroupMetadataValue has versions 0-4, found 99"),
    ],
)
def test_who_reads_bytes_of_no_known_version_is_told_what_they_are(
    key: bytes | None, value: bytes, why: str
) -> None:
    with pytest.raises(ProtocolError, match=f"^{why}$"):
        read_record(key, value)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        (None, b""),
        (b"\0", b""),
        (b"\xff\xffwhatever", b""),
        (b"\0\x01\0\x05ab", b""),
        (group_key("g"), b"\0"),
        (group_key("g"), b"\0\x63"),
        (group_key("g"), group_value(GROUP, {}, 3)[:-3]),
    ],
)
def test_bytes_that_are_no_such_record_are_refused(
    key: bytes | None, value: bytes
) -> None:
    with pytest.raises(ProtocolError):
        read_record(key, value)


MEMBER_BYTES = bytes.fromhex("000000000263022f02027400000003e800")
"""A consumer member, up to its tags: client `c` at `/`, topic `t`."""


def consumer_member(**fields: object) -> messages.ConsumerGroupMemberMetadataValue:
    return messages.ConsumerGroupMemberMetadataValue(
        instance_id=None,
        rack_id=None,
        client_id="c",
        client_host="/",
        subscribed_topic_names=("t",),
        subscribed_topic_regex=None,
        rebalance_timeout_ms=1000,
        server_assignor=None,
        **fields,  # type: ignore[arg-type]
    )


def test_that_a_member_speaks_the_new_protocol_is_written_as_kafka_writes_it() -> None:
    """The null of this tagged struct is an unsigned varint, and not the default."""
    written = value_bytes(0, consumer_member(classic_member_metadata=None))
    assert written == MEMBER_BYTES + bytes.fromhex("01000100")
    key = messages.ConsumerGroupMemberMetadataKey(group_id="g", member_id="m")
    read = read_record(key_bytes(5, key), written)
    assert read is not None
    assert read.value == consumer_member(classic_member_metadata=None)


def test_that_a_member_speaks_the_classic_protocol_is_written_so_too() -> None:
    classic = messages.ClassicMemberMetadata(
        session_timeout_ms=6000, supported_protocols=()
    )
    written = value_bytes(0, consumer_member(classic_member_metadata=classic))
    assert written == MEMBER_BYTES + bytes.fromhex("01000701000017700100")
