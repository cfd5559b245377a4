"""Fetching and deleting committed offsets."""

from __future__ import annotations

from logion.names import Uuid
from logion.protocol.errors import Error
from logion.protocol.messages.offset_delete import OffsetDeleteResponse
from logion.protocol.messages.offset_fetch import OffsetFetchResponse

from logion_conformance.case import MUST, SHOULD, case
from logion_conformance.expect import expect, expect_error
from logion_conformance.group_requests import (
    Place,
    delete_offsets_request,
    fetch_offsets_request,
    offsets_by_group,
)
from logion_conformance.groups import Group, new_group, subscription
from logion_conformance.material import Topic
from logion_conformance.subject import Subject

GUIDE = "Kafka protocol guide, OffsetFetch"

FETCH = {"OffsetFetch": "1+", "OffsetCommit": "1+"}


def name_in(broker: Subject, topic: Topic) -> str:
    """Return what a topic is called in an answer: by its id from version 10 on."""
    is_by_id = broker.version("OffsetFetch") >= 10
    return topic.topic_id.hex() if is_by_id else topic.name


@case("committed.fetch.never", level=MUST, cites=GUIDE, apis=FETCH)
async def test_a_partition_without_a_commit_has_offset_minus_one(
    broker: Subject, version: int
) -> None:
    """Of a partition for which nothing was committed, in a group with commits or one
    that is not there, offset -1 and empty metadata are told, without an error."""
    topic, other = await broker.topic(), await broker.topic()
    group = await new_group(broker)
    for _ in range(2):
        came = await group.committed(topic)
        told = (came.error_code, came.committed_offset, came.metadata)
        expect("what is told", told, (0, -1, ""))
        if version >= 5:
            expect("the leader epoch", came.committed_leader_epoch, -1)
        await group.commit(other, 1)


@case(
    "committed.fetch.unknown-topic",
    level=SHOULD,
    cites="Apache Kafka: OffsetFetch does not ask whether a topic is there; KIP-848",
    apis={**FETCH, "JoinGroup": "0+"},  # of 0.9; 0.8.2 does ask
)
async def test_a_topic_that_is_not_there_has_no_offsets(
    broker: Subject, version: int
) -> None:
    """By name it is told as any without a commit; by an id nobody knows (version 10)
    it is UNKNOWN_TOPIC_ID."""
    group = await new_group(broker)
    nowhere = Topic(broker.new_name(), Uuid(b"no such topic id"))
    came = await group.committed(nowhere)
    wanted = Error.UNKNOWN_TOPIC_ID if version >= 10 else Error.NONE
    expect_error(came.error_code, wanted)
    expect("the offset", came.committed_offset, -1)


@case(
    "committed.fetch.all",
    level=MUST,
    cites="KIP-88: null topics ask for all that a group has committed",
    apis={**FETCH, "OffsetFetch": "2+"},
)
async def test_all_that_a_group_has_committed_can_be_asked_for(
    broker: Subject, version: int
) -> None:
    """Without a list of topics all commits of the group are told, none for a group
    that has none; an empty list asks for nothing."""
    one, two = await broker.topic(), await broker.topic()
    group = await new_group(broker)
    expect("before any commit", (await group.offsets(None)).partitions, {})
    await group.commit(one, 1)
    await group.commit(two, 2)
    came = await group.offsets(None)
    expect_error(came.error_code, Error.NONE)
    told = {place: it.committed_offset for place, it in came.partitions.items()}
    wanted = {(name_in(broker, one), 0): 1, (name_in(broker, two), 0): 2}
    expect("all offsets", told, wanted)
    expect("of no topics", (await group.offsets({})).partitions, {})
    expect("the version of OffsetFetch", broker.version("OffsetFetch"), version)


@case(
    "committed.fetch.groups",
    level=MUST,
    cites="KIP-709: OffsetFetch of several groups",
    apis={**FETCH, "OffsetFetch": "8+"},
)
async def test_offsets_of_several_groups_come_in_one_answer(
    broker: Subject, version: int
) -> None:
    """From version 8 on each group is asked for in its own way and answered for
    itself, also one that nobody has heard of."""
    topic = await broker.topic()
    one, two = await new_group(broker), await new_group(broker)
    nobody = broker.name_of_its_own()
    await one.commit(topic, 1)
    await two.commit(topic, 2)
    wanted = {one.name: {topic: (0,)}, two.name: None, nobody: {topic: (0,)}}
    request = fetch_offsets_request(version, wanted)
    answer = await one.connection.call(request, OffsetFetchResponse)
    told = {
        name: [(it.error_code, it.committed_offset) for it in came.partitions.values()]
        for name, came in offsets_by_group(version, "", answer).items()
    }
    expected = {one.name: [(0, 1)], two.name: [(0, 2)], nobody: [(0, -1)]}
    expect("codes and offsets by group", told, expected)


@case(
    "committed.fetch.stable",
    level=MUST,
    cites="KIP-447: require_stable waits for no transaction if none is open",
    apis={**FETCH, "OffsetFetch": "7+"},
)
async def test_offsets_without_a_transaction_are_stable(
    broker: Subject, version: int
) -> None:
    """Asked for stable offsets, the broker tells those no open transaction changes."""
    topic = await broker.topic()
    group = await new_group(broker)
    await group.commit(topic, 3)
    came = await group.offsets({topic: (0,)}, is_stable=True)
    expect_error(came.error_code, Error.NONE)
    (told,) = came.partitions.values()
    expect("code and offset", (told.error_code, told.committed_offset), (0, 3))
    expect("the version of OffsetFetch", broker.version("OffsetFetch"), version)


@case(
    "committed.fetch.of-members",
    level=MUST,
    cites=f"{GUIDE}: anybody may ask",
    apis={**FETCH, "JoinGroup": "0+", "SyncGroup": "0+"},
)
async def test_offsets_are_told_whoever_asks(broker: Subject, version: int) -> None:
    """What a member has committed is told while the group has members, and to those
    who are none of them."""
    topic = await broker.topic()
    group = await new_group(broker)
    (member,) = await group.stable()
    await member.commit(topic, 5)
    expect("the offset", (await group.committed(topic)).committed_offset, 5)
    expect("the version of OffsetFetch", broker.version("OffsetFetch"), version)


# --- deletion ------------------------------------------------------------------------

DELETE = {"OffsetDelete": "0+", "OffsetFetch": "1+", "OffsetCommit": "1+"}
KIP_496 = "KIP-496: OffsetDelete"


async def deleted(group: Group, *places: Place) -> tuple[int, dict[Place, int]]:
    """Return the code for the request, and those by place, of a deletion of offsets."""
    request = delete_offsets_request(group.name, *places)
    came = await group.connection.call(request, OffsetDeleteResponse)
    codes = {
        (topic.name, it.partition_index): it.error_code
        for topic in came.topics
        for it in topic.partitions
    }
    return came.error_code, codes


@case("committed.delete", level=MUST, cites=KIP_496, apis=DELETE)
async def test_committed_offsets_can_be_deleted(broker: Subject) -> None:
    """A deleted offset is as if never committed, the others stay. Where nothing was
    committed nothing is to do; what does not exist is UNKNOWN_TOPIC_OR_PARTITION."""
    one, two = await broker.topic(), await broker.topic()
    group = await new_group(broker)
    await group.commit(one, 1)
    await group.commit(two, 2)
    came = await deleted(group, (one.name, 0), (two.name, 9))
    unknown = Error.UNKNOWN_TOPIC_OR_PARTITION
    expect("the codes", came, (0, {(one.name, 0): 0, (two.name, 9): unknown}))
    expect("deleted", (await group.committed(one)).committed_offset, -1)
    expect("kept", (await group.committed(two)).committed_offset, 2)
    expect("again", await deleted(group, (one.name, 0)), (0, {(one.name, 0): 0}))


@case(
    "committed.delete.no-group",
    level=MUST,
    cites=f"{KIP_496}; error 69 GROUP_ID_NOT_FOUND",
    apis=DELETE,
)
async def test_a_group_that_is_not_there_has_nothing_to_delete(
    broker: Subject,
) -> None:
    """Of a group nobody has heard of no offset can be deleted."""
    topic = await broker.topic()
    came = await deleted(await new_group(broker), (topic.name, 0))
    expect("the codes", came, (Error.GROUP_ID_NOT_FOUND, {}))


@case(
    "committed.delete.subscribed",
    level=MUST,
    cites=f"{KIP_496}; error 86 GROUP_SUBSCRIBED_TO_TOPIC",
    apis={**DELETE, "JoinGroup": "0+", "SyncGroup": "0+"},
)
async def test_offsets_of_subscribed_topics_stay(broker: Subject) -> None:
    """While consumers are in the group the offsets of topics they subscribe to cannot
    be deleted, those of others can."""
    read, other = await broker.topic(), await broker.topic()
    group = await new_group(broker)
    (member,) = await group.stable(protocols={"range": subscription(read.name)})
    for topic in (read, other):
        expect_error(await member.commit(topic, 1), Error.NONE)
    came = await deleted(group, (read.name, 0), (other.name, 0))
    refused = Error.GROUP_SUBSCRIBED_TO_TOPIC
    expect("the codes", came, (0, {(read.name, 0): refused, (other.name, 0): 0}))
    expect("kept", (await group.committed(read)).committed_offset, 1)
    expect("deleted", (await group.committed(other)).committed_offset, -1)


@case(
    "committed.delete.not-consumers",
    level=MUST,
    cites=f"{KIP_496}; error 68 NON_EMPTY_GROUP",
    apis={**DELETE, "JoinGroup": "0+"},
)
async def test_offsets_of_others_stay_while_there_are_members(broker: Subject) -> None:
    """Of a group of another type than consumers nothing is deleted while it has
    members: what they subscribe to cannot be known."""
    topic = await broker.topic()
    group = await new_group(broker)
    await group.commit(topic, 1)
    member = await group.member({"any": b"opaque"})
    await member.enter(protocol_type="connect")
    came = await deleted(group, (topic.name, 0))
    expect("the codes", came, (Error.NON_EMPTY_GROUP, {}))
    expect("the offset", (await group.committed(topic)).committed_offset, 1)
