"""Consumer groups (KIP-848): join, share, leave, be fenced; who may commit."""

from __future__ import annotations

from logion.protocol.errors import Error

from logion_conformance.case import MUST, SHOULD, case
from logion_conformance.consumer_groups import (
    OWN_ID_VERSION,
    new_consumer_group,
    pairs_of,
)
from logion_conformance.expect import expect, expect_error, expect_that
from logion_conformance.subject import Subject

KIP_848 = "KIP-848: the next generation of the consumer rebalance protocol"

MEMBERS = {"ConsumerGroupHeartbeat": "0+"}
"""What the life of a member needs."""


ROUNDS_MAX = 100
"""More heartbeats than any member needs; the pauses between them last 10 s."""


@case("consumer-groups.join", level=MUST, cites=KIP_848, apis=MEMBERS)
async def test_a_member_alone_is_given_every_partition(
    broker: Subject, version: int
) -> None:
    """Who joins with epoch 0 gets an epoch above it, all partitions of its topics and
    the interval of its heartbeats; from version 1 on it brings its own id."""
    group = await new_consumer_group(broker)
    member = group.member()
    came = await member.join()
    expect_error(came.error_code, Error.NONE)
    expect_that("the epoch", holds=came.member_epoch > 0, expected="> 0", came=came)
    if version >= OWN_ID_VERSION:
        expect("the member id", came.member_id, member.id)
    expect_that("the member id", holds=bool(came.member_id), expected="one", came=came)
    expect_that(
        "the interval",
        holds=came.heartbeat_interval_ms > 0,
        expected="> 0 ms",
        came=came.heartbeat_interval_ms,
    )
    for _ in range(ROUNDS_MAX):
        if member.has == group.partitions(0, 1):
            break
        await group.pause()  # a topic this new may not be known yet
        await member.report()
    expect("the assignment", member.has, group.partitions(0, 1))


@case("consumer-groups.heartbeat", level=MUST, cites=KIP_848, apis=MEMBERS)
async def test_a_heartbeat_without_news_is_told_none(broker: Subject) -> None:
    """A member that has what it shall have keeps its epoch and hears of nothing."""
    member = (await new_consumer_group(broker)).member()
    joined = await member.join()
    came = await member.beat()
    expect("the epoch", came.member_epoch, joined.member_epoch)
    expect("the assignment", came.assignment, None)


@case("consumer-groups.share", level=MUST, cites=KIP_848, apis=MEMBERS)
async def test_a_partition_is_given_up_before_another_gets_it(broker: Subject) -> None:
    """Members never own the same partition, and share them evenly in the end."""
    group = await new_consumer_group(broker, 4)
    first, second = group.member(), group.member()
    await first.join()
    await second.join()
    for _ in range(ROUNDS_MAX):
        held = first.has  # until its next report it has not given anything up
        await first.report()
        await second.report()
        expect("what both own", held & second.has, frozenset())
        if first.has | second.has == group.partitions(0, 1, 2, 3) and second.has:
            break
        await group.pause()
    expect("what each owns", (len(first.has), len(second.has)), (2, 2))


@case("consumer-groups.leave", level=MUST, cites=KIP_848, apis=MEMBERS)
async def test_who_has_left_is_not_known(broker: Subject) -> None:
    """Epoch -1 leaves the group at once and is answered with -1."""
    group = await new_consumer_group(broker)
    member, other = group.member(), group.member()
    await member.join()
    await other.join()
    left = await member.leave()
    expect("the answer", (left.error_code, left.member_epoch), (0, -1))
    expect_error((await member.beat()).error_code, Error.UNKNOWN_MEMBER_ID)


@case("consumer-groups.unknown-group", level=MUST, cites=KIP_848, apis=MEMBERS)
async def test_only_joining_makes_a_group(broker: Subject) -> None:
    """A heartbeat with another epoch for a group that is not there is refused."""
    member = (await new_consumer_group(broker)).member()
    member.id, member.epoch = "a", 3
    expect_error((await member.beat()).error_code, Error.GROUP_ID_NOT_FOUND)
    expect_error((await member.leave()).error_code, Error.GROUP_ID_NOT_FOUND)


@case("consumer-groups.fenced", level=MUST, cites=KIP_848, apis=MEMBERS)
async def test_an_epoch_that_is_not_the_members_is_fenced(broker: Subject) -> None:
    """An epoch from the future is fenced, an older one too; 0 joins again."""
    group = await new_consumer_group(broker)
    member = group.member()
    epoch = (await member.join()).member_epoch
    for wrong in (epoch + 1, epoch - 1):
        if wrong > 0:
            came = await member.beat(wrong)
            expect_error(came.error_code, Error.FENCED_MEMBER_EPOCH)
    came = await member.join()
    expect_error(came.error_code, Error.NONE)
    expect("the assignment", member.has, group.partitions(0, 1))


INVALID = (
    {"rebalance_timeout_ms": -1},
    {"topic_partitions": None},
    {"subscribed_topic_names": None},
    {"instance_id": ""},
    {"rack_id": ""},
    {"group_id": ""},
)
"""What a member that joins must not say, one at a time."""


@case("consumer-groups.invalid", level=MUST, cites=KIP_848, apis=MEMBERS)
async def test_a_heartbeat_must_say_what_its_epoch_needs(broker: Subject) -> None:
    """What lacks something, or has it empty, is INVALID_REQUEST."""
    member = (await new_consumer_group(broker)).member()
    for fields in INVALID:
        came = await member.join(**fields)
        expect_error(came.error_code, Error.INVALID_REQUEST, what=str(fields))
    for epoch in (-2, -3):
        came = await member.beat(epoch, member_id="a")
        expect_error(came.error_code, Error.INVALID_REQUEST, what=f"epoch {epoch}")
    came = await member.beat(4, member_id="")
    expect_error(came.error_code, Error.INVALID_REQUEST, what="no member id")


@case("consumer-groups.assignor", level=MUST, cites=KIP_848, apis=MEMBERS)
async def test_a_member_chooses_among_the_brokers_assignors(broker: Subject) -> None:
    """`uniform` and `range` are there, unless the broker is set to have others; what is
    not there is UNSUPPORTED_ASSIGNOR."""
    group = await new_consumer_group(broker)
    came = await group.member().join(server_assignor="none-of-yours")
    expect_error(came.error_code, Error.UNSUPPORTED_ASSIGNOR)
    told = broker.setting("group.consumer.assignors") or "uniform,range"
    for name in {"uniform", "range"} & {*told.split(",")}:
        came = await group.member().join(server_assignor=name)
        expect_error(came.error_code, Error.NONE, what=name)


@case("consumer-groups.static", level=MUST, cites=f"{KIP_848}; KIP-345", apis=MEMBERS)
async def test_a_static_member_comes_back_to_what_it_had(broker: Subject) -> None:
    """After epoch -2 another member takes the place with all its partitions; before,
    it is UNRELEASED_INSTANCE_ID, and afterwards the first one is FENCED_INSTANCE_ID."""
    group = await new_consumer_group(broker)
    first = group.member(instance_id="i")
    second = group.member(instance_id="i")
    await first.join()
    came = await second.join()
    expect_error(came.error_code, Error.UNRELEASED_INSTANCE_ID)
    left = await first.leave(-2)
    expect("the answer", (left.error_code, left.member_epoch), (0, -2))
    await second.join()
    expect("the assignment", second.has, group.partitions(0, 1))
    expect_error((await first.beat()).error_code, Error.FENCED_INSTANCE_ID)


@case(
    "consumer-groups.pattern",
    level=MUST,
    cites=f"{KIP_848}; SubscribedTopicRegex in RE2",
    apis={"ConsumerGroupHeartbeat": "1+"},
)
async def test_a_pattern_finds_topics(broker: Subject) -> None:
    """A pattern of RE2 is matched against whole names; what is none is refused."""
    group = await new_consumer_group(broker)
    came = await group.member().join(
        subscribed_topic_names=None, subscribed_topic_regex="a("
    )
    expect_error(came.error_code, Error.INVALID_REGULAR_EXPRESSION)
    member = group.member()
    await member.join(
        subscribed_topic_names=None, subscribed_topic_regex=f"{group.topic.name}"
    )
    for _ in range(ROUNDS_MAX):
        if member.has:
            break
        await group.pause()
        await member.report()
    expect("the assignment", member.has, group.partitions(0, 1))


@case(
    "consumer-groups.describe",
    level=MUST,
    cites=f"{KIP_848}: ConsumerGroupDescribe",
    apis={"ConsumerGroupDescribe": "0+", "ConsumerGroupHeartbeat": "0+"},
)
async def test_a_group_is_described_with_its_members(
    broker: Subject, version: int
) -> None:
    """State, epochs and members with what they have and shall have; a group that is
    not there is GROUP_ID_NOT_FOUND."""
    group = await new_consumer_group(broker)
    (absent,) = (await group.describe()).groups
    expect_error(absent.error_code, Error.GROUP_ID_NOT_FOUND)
    member = group.member(rack_id="r")
    joined = await member.join()
    (found,) = (await group.describe()).groups
    expect_error(found.error_code, Error.NONE)
    expect("the state", found.group_state, "Stable")
    epochs = (found.group_epoch, found.assignment_epoch)
    expect("the epochs", epochs, (joined.member_epoch, joined.member_epoch))
    expect("the assignor", found.assignor_name, "uniform")
    (seen,) = found.members
    expect("the member", (seen.member_id, seen.rack_id), (member.id, "r"))
    expect("the topics", seen.subscribed_topic_names, (group.topic.name,))
    expect("the assignment", pairs_of(seen.assignment), group.partitions(0, 1))
    expect("the target", pairs_of(seen.target_assignment), group.partitions(0, 1))
    if version >= 1:
        expect("the protocol of the member", seen.member_type, 1)


@case(
    "consumer-groups.commit",
    level=MUST,
    cites=f"{KIP_848}: OffsetCommit and OffsetFetch with the member epoch",
    apis={"OffsetCommit": "9", "OffsetFetch": "9", **MEMBERS},
)
async def test_a_member_commits_with_its_epoch(broker: Subject) -> None:
    """The member's epoch is taken, one from the future is STALE_MEMBER_EPOCH and a
    stranger UNKNOWN_MEMBER_ID; reading goes by the same rule."""
    group = await new_consumer_group(broker)
    member = group.member()
    epoch = (await member.join()).member_epoch
    expect_error(await member.commit(7, epoch=epoch + 1), Error.STALE_MEMBER_EPOCH)
    expect_error(await member.commit(7, member_id="x"), Error.UNKNOWN_MEMBER_ID)
    expect_error(await member.commit(7), Error.NONE)
    expect("the offset", await member.committed(), (Error.NONE, 7))
    stale = await member.committed(epoch=epoch + 1)
    expect("with another epoch", stale[0], Error.STALE_MEMBER_EPOCH)


@case(
    "consumer-groups.list",
    level=SHOULD,
    cites="KIP-848: ListGroups tells and filters types",
    apis={"ListGroups": "5+", **MEMBERS},
)
async def test_groups_are_listed_with_their_type(broker: Subject) -> None:
    """A consumer group is of type `consumer`, and the filter knows it."""
    group = await new_consumer_group(broker)
    await group.member().join()
    found = await group.listed("consumer")
    expect("type and state", found, ("consumer", "consumer", "Stable"))
    expect("among classic groups", await group.listed("classic"), None)


@case(
    "consumer-groups.empty",
    level=MUST,
    cites="KIP-848: groups without members can be deleted",
    apis={"DeleteGroups": "0+", "ConsumerGroupDescribe": "0+", **MEMBERS},
)
async def test_a_group_is_deleted_once_it_is_empty(broker: Subject) -> None:
    """A group with members is NON_EMPTY_GROUP; an empty one is Empty and goes."""
    group = await new_consumer_group(broker)
    member = group.member()
    await member.join()
    expect_error(await group.delete(), Error.NON_EMPTY_GROUP)
    await member.leave()
    (found,) = (await group.describe()).groups
    expect("the state", found.group_state, "Empty")
    expect_error(await group.delete(), Error.NONE)
    (gone,) = (await group.describe()).groups
    expect_error(gone.error_code, Error.GROUP_ID_NOT_FOUND)
