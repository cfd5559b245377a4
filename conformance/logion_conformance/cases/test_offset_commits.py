"""Committing offsets: by members, by consumers in no group, and who may not."""

from __future__ import annotations

import trio
from logion.names import Uuid
from logion.protocol.errors import Error

from logion_conformance.case import MUST, SHOULD, case
from logion_conformance.expect import expect, expect_error, expect_in
from logion_conformance.group_requests import Commit
from logion_conformance.groups import new_group, start
from logion_conformance.material import Topic
from logion_conformance.subject import Subject

GUIDE = "Kafka protocol guide, OffsetCommit"

SIMPLE = {"OffsetCommit": "1+", "OffsetFetch": "1+"}
"""Before, offsets are kept in ZooKeeper (version 0)."""

MEMBERS = {**SIMPLE, "JoinGroup": "0+", "SyncGroup": "0+", "Heartbeat": "0+"}

SINCE_GROUPS = {**SIMPLE, "JoinGroup": "0+"}
"""Before 0.9 there was neither a generation nor a look at which topics there are."""

METADATA_SIZE_MAX = 4096
"""`offset.metadata.max.bytes` of brokers that do not say what theirs is."""


@case("committed.commit.simple", level=MUST, cites=GUIDE, apis=SIMPLE)
async def test_a_consumer_in_no_group_commits_to_one_without_members(
    broker: Subject, version: int
) -> None:
    """Generation -1 and no member id commit to a group that has no members; the last
    commit is what is fetched, with its metadata."""
    broker.need_number("offset.metadata.max.bytes", len("second"))
    topic = await broker.topic()
    group = await new_group(broker)
    for offset, metadata in ((5, "first"), (3, "second"), (1 << 40, "")):
        code = await group.commit(topic, offset, metadata=metadata)
        expect_error(code, Error.NONE)
        came = await group.committed(topic)
        told = (came.error_code, came.committed_offset, came.metadata)
        expect("what is committed", told, (0, offset, metadata))
    expect("the version of OffsetCommit", broker.version("OffsetCommit"), version)


@case(
    "committed.commit.zookeeper",
    level=MUST,
    cites=f"{GUIDE}: version 0 keeps offsets in ZooKeeper",
    apis={"OffsetCommit": "0", "OffsetFetch": "0"},
)
async def test_offsets_of_the_first_version_are_kept_apart(broker: Subject) -> None:
    """Commits in version 0 are fetched in version 0; a partition without one is
    UNKNOWN_TOPIC_OR_PARTITION there."""
    topic = await broker.topic()
    group = await new_group(broker)
    came = await group.committed(topic)
    expect_error(came.error_code, Error.UNKNOWN_TOPIC_OR_PARTITION)
    expect_error(await group.commit(topic, 5), Error.NONE)
    came = await group.committed(topic)
    expect("code and offset", (came.error_code, came.committed_offset), (0, 5))


@case(
    "committed.commit.partitions",
    level=MUST,
    cites=f"{GUIDE}: an error code for each partition; error 12",
    apis={**SIMPLE, "CreateTopics": "0+"},
)
async def test_each_partition_is_committed_or_refused_for_itself(
    broker: Subject, version: int
) -> None:
    """A partition whose metadata is too long is OFFSET_METADATA_TOO_LARGE; the others
    of the request are committed."""
    topic = await broker.topic(partitions=2)
    group = await new_group(broker)
    size = broker.number("offset.metadata.max.bytes", METADATA_SIZE_MAX)
    commits = {0: Commit(7, "x" * size), 1: Commit(8, "x" * (size + 1))}
    codes = await group.commit_all(topic, commits)
    wanted = {0: Error.NONE, 1: Error.OFFSET_METADATA_TOO_LARGE}
    expect("the error codes", codes, wanted)
    for partition, offset in ((0, 7), (1, -1)):
        came = await group.committed(topic, partition=partition)
        expect("the offset", came.committed_offset, offset)
    expect("the version of OffsetCommit", broker.version("OffsetCommit"), version)


@case(
    "committed.commit.unknown-partition",
    level=MUST,
    cites="error 3 UNKNOWN_TOPIC_OR_PARTITION",
    apis={**SIMPLE, "OffsetCommit": "4+"},  # of 2.0; before, only topics are looked at
)
async def test_offsets_are_those_of_partitions_that_exist(
    broker: Subject, version: int
) -> None:
    """A partition that its topic does not have cannot be committed, others can."""
    topic = await broker.topic()
    group = await new_group(broker)
    codes = await group.commit_all(topic, {77: Commit(9), 0: Commit(4)})
    wanted = {77: Error.UNKNOWN_TOPIC_OR_PARTITION, 0: Error.NONE}
    expect("the error codes", codes, wanted)
    expect("the offset", (await group.committed(topic)).committed_offset, 4)
    expect("the version of OffsetCommit", broker.version("OffsetCommit"), version)


@case(
    "committed.commit.unknown-topic",
    level=MUST,
    cites="errors 3 UNKNOWN_TOPIC_OR_PARTITION and 100 UNKNOWN_TOPIC_ID",
    apis=SINCE_GROUPS,
)
async def test_offsets_are_those_of_topics_that_exist(
    broker: Subject, version: int
) -> None:
    """A topic that does not exist, by name or by id, has no offsets to commit."""
    group = await new_group(broker)
    nowhere = Topic(broker.new_name(), Uuid(b"no such topic id"))
    is_by_id = version >= 10
    wanted = Error.UNKNOWN_TOPIC_ID if is_by_id else Error.UNKNOWN_TOPIC_OR_PARTITION
    expect_error(await group.commit(nowhere, 1), wanted)


@case(
    "committed.commit.metadata-null",
    level=SHOULD,
    cites="Apache Kafka: null metadata is stored as the empty text",
    apis=SIMPLE,
)
async def test_metadata_may_be_left_out(broker: Subject, version: int) -> None:
    """Null metadata is fetched as the empty text; as null from brokers of 0.9."""
    topic = await broker.topic()
    group = await new_group(broker)
    expect_error(await group.commit(topic, 1, metadata=None), Error.NONE)
    expect_in("the metadata", (await group.committed(topic)).metadata, ("", None))
    expect("the version of OffsetCommit", broker.version("OffsetCommit"), version)


@case(
    "committed.commit.leader-epoch",
    level=MUST,
    cites="KIP-320: the leader epoch of the last record read",
    apis={"OffsetCommit": "6+", "OffsetFetch": "5+"},
)
async def test_a_commit_keeps_the_leader_epoch(broker: Subject, version: int) -> None:
    """The leader epoch of a commit is fetched with it; -1 if it had none."""
    topic = await broker.topic()
    group = await new_group(broker)
    for epoch in (3, -1):
        await group.commit(topic, 1, leader_epoch=epoch)
        came = await group.committed(topic)
        expect("the leader epoch", came.committed_leader_epoch, epoch)
    expect("the version of OffsetCommit", broker.version("OffsetCommit"), version)


@case("committed.commit.member", level=MUST, cites=GUIDE, apis=MEMBERS)
async def test_a_member_commits_in_its_generation(
    broker: Subject, version: int
) -> None:
    """In a Stable group a member commits with its id and the generation; another
    generation is ILLEGAL_GENERATION, another member UNKNOWN_MEMBER_ID, and nothing of
    theirs is kept."""
    topic = await broker.topic()
    group = await new_group(broker)
    (member,) = await group.stable()
    expect_error(await member.commit(topic, 4), Error.NONE)
    for generation in (0, member.generation + 1):
        code = await member.commit(topic, 9, generation_id_or_member_epoch=generation)
        expect_error(code, Error.ILLEGAL_GENERATION)
    code = await member.commit(topic, 9, member_id="nobody")
    expect_error(code, Error.UNKNOWN_MEMBER_ID)
    expect("the offset", (await group.committed(topic)).committed_offset, 4)
    expect("the version of OffsetCommit", broker.version("OffsetCommit"), version)


@case(
    "committed.commit.simple-to-active",
    level=MUST,
    cites=f"{GUIDE}: error 25 UNKNOWN_MEMBER_ID",
    apis=MEMBERS,
)
async def test_a_group_with_members_takes_offsets_from_them_alone(
    broker: Subject, version: int
) -> None:
    """While a group has members a commit without a member id is UNKNOWN_MEMBER_ID."""
    topic = await broker.topic()
    group = await new_group(broker)
    await group.stable()
    expect_error(await group.commit(topic, 9), Error.UNKNOWN_MEMBER_ID)
    expect("the offset", (await group.committed(topic)).committed_offset, -1)
    expect("the version of OffsetCommit", broker.version("OffsetCommit"), version)


@case(
    "committed.commit.no-such-group",
    level=MUST,
    cites="errors 22 ILLEGAL_GENERATION and, KIP-848, 69 GROUP_ID_NOT_FOUND",
    apis=SINCE_GROUPS,
)
async def test_there_are_no_generations_of_a_group_that_is_not_there(
    broker: Subject, version: int
) -> None:
    """A generation of a group nobody has heard of is ILLEGAL_GENERATION; from version 9
    on brokers may say that there is no such group."""
    topic = await broker.topic()
    group = await new_group(broker)
    codes = await group.commit_all(
        topic, {0: Commit(1)}, member_id="nobody", generation_id_or_member_epoch=3
    )
    newer = [Error.GROUP_ID_NOT_FOUND] if version >= 9 else []
    expect_error(codes[0], Error.ILLEGAL_GENERATION, *newer)


@case(
    "committed.commit.after-leave",
    level=MUST,
    cites=f"{GUIDE}: error 25 UNKNOWN_MEMBER_ID",
    apis={**MEMBERS, "LeaveGroup": "0+"},
)
async def test_who_has_left_commits_no_more(broker: Subject, version: int) -> None:
    """A member that has left, the last one too, cannot commit. What was committed
    outlives the members."""
    topic = await broker.topic()
    group = await new_group(broker)
    one, two = await group.stable(2)
    expect_error(await two.commit(topic, 4), Error.NONE)
    expect_error(await two.leave(), Error.NONE)
    expect_error(await two.commit(topic, 9), Error.UNKNOWN_MEMBER_ID)
    expect_error(await one.leave(), Error.NONE)
    codes = (Error.UNKNOWN_MEMBER_ID, Error.ILLEGAL_GENERATION)
    expect_error(await one.commit(topic, 9), *codes)  # no group before 0.10.1
    expect("the offset", (await group.committed(topic)).committed_offset, 4)
    expect("the version of OffsetCommit", broker.version("OffsetCommit"), version)


@case(
    "committed.commit.gathering",
    level=MUST,
    cites="Apache Kafka: members may commit until the join phase ends",
    apis=MEMBERS,
)
async def test_members_commit_while_the_next_generation_gathers(
    broker: Subject, version: int
) -> None:
    """While others join, a member of the last generation may commit what it has read:
    it will hand its partitions over."""
    topic = await broker.topic()
    group = await new_group(broker)
    (first,) = await group.stable()
    second = await group.member()
    async with trio.open_nursery() as nursery:
        later = start(nursery, second.enter)
        await first.until_rebalance()
        expect_error(await first.commit(topic, 4), Error.NONE)
        code = await first.commit(topic, 9, generation_id_or_member_epoch=9)
        expect_error(code, Error.ILLEGAL_GENERATION)
        await first.enter()
        await later.get()
    expect("the offset", (await group.committed(topic)).committed_offset, 4)
    expect("the version of OffsetCommit", broker.version("OffsetCommit"), version)


@case(
    "committed.commit.unsynced",
    level=MUST,
    cites="error 27 REBALANCE_IN_PROGRESS",
    apis=MEMBERS,
)
async def test_nobody_commits_before_the_assignments_are_made(
    broker: Subject, version: int
) -> None:
    """Between join and sync a member has no partitions: REBALANCE_IN_PROGRESS."""
    topic = await broker.topic()
    group = await new_group(broker)
    member = await group.member()
    await member.enter()
    expect_error(await member.commit(topic, 9), Error.REBALANCE_IN_PROGRESS)
    await group.sync([member])
    expect_error(await member.commit(topic, 4), Error.NONE)
    expect("the offset", (await group.committed(topic)).committed_offset, 4)
    expect("the version of OffsetCommit", broker.version("OffsetCommit"), version)


@case(
    "committed.commit.retention",
    level=SHOULD,
    cites=f"{GUIDE}: retention_time_ms, -1 for the broker's own",
    apis={"OffsetCommit": "2-4", "OffsetFetch": "1+"},
)
async def test_a_commit_may_say_how_long_it_is_kept(
    broker: Subject, version: int
) -> None:
    """Versions 2 to 4 may give a retention time; the offset is there until then."""
    topic = await broker.topic()
    group = await new_group(broker)
    codes = await group.commit_all(topic, {0: Commit(6)}, retention_time_ms=3_600_000)
    expect_error(codes[0], Error.NONE)
    expect("the offset", (await group.committed(topic)).committed_offset, 6)
    expect("the version of OffsetCommit", broker.version("OffsetCommit"), version)


@case(
    "committed.commit.two-groups",
    level=MUST,
    cites="Kafka documentation, Consumers: each group has its own position",
    apis=SIMPLE,
)
async def test_groups_have_offsets_of_their_own(broker: Subject, version: int) -> None:
    """What one group commits is not what another has committed."""
    topic = await broker.topic()
    one, two = await new_group(broker), await new_group(broker)
    await one.commit(topic, 1)
    expect("the other's", (await two.committed(topic)).committed_offset, -1)
    await two.commit(topic, 2)
    expect("its own", (await one.committed(topic)).committed_offset, 1)
    expect("the version of OffsetCommit", broker.version("OffsetCommit"), version)
