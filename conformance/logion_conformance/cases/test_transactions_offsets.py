"""TxnOffsetCommit: offsets that count if a transaction is committed."""

from __future__ import annotations

from logion.protocol.errors import ApiError, Error

from logion_conformance.case import MUST, case
from logion_conformance.expect import expect, expect_error, expect_success
from logion_conformance.groups import Group, new_group
from logion_conformance.material import Topic
from logion_conformance.subject import Subject
from logion_conformance.transactions import new_transactional_producer

KIP = "KIP-98"
OFFSETS = {
    "TxnOffsetCommit": "0-4",
    "AddOffsetsToTxn": "0+",
    "EndTxn": "0-4",
    "InitProducerId": "0+",
    "FindCoordinator": "1+",
    "OffsetFetch": "1-9",
}


async def until_committed(group: Group, topic: Topic, offset: int) -> None:
    """See that an offset counts: markers may come a little after EndTxn's answer."""

    async def look() -> None:
        came = (await group.committed(topic)).committed_offset
        if came != offset:
            raise ApiError(Error.REQUEST_TIMED_OUT, f"offset {came}, not {offset}")

    await group.broker.cluster.retry(look)


@case(
    "transactions.offsets",
    level=MUST,
    cites=f"{KIP}: TxnOffsetCommit",
    apis=OFFSETS,
)
async def test_offsets_count_from_the_commit_on_and_never_after_an_abort(
    broker: Subject, version: int
) -> None:
    """While the transaction is open nobody is told of them."""
    topic, group = await broker.topic(), await new_group(broker)
    producer = await new_transactional_producer(broker)
    expect_success(await producer.add_offsets(group.name))
    expect_success(await producer.commit_offsets(group, topic, 5))
    expect("the offset", (await group.committed(topic)).committed_offset, -1)
    expect_success((await producer.end(commit=True)).error_code)
    await until_committed(group, topic, 5)
    expect_success(await producer.add_offsets(group.name))
    expect_success(await producer.commit_offsets(group, topic, 9))
    expect_success((await producer.end(commit=False)).error_code)
    expect_success(await producer.add_offsets(group.name))  # it has ended by then
    expect("the offset", (await group.committed(topic)).committed_offset, 5)
    expect_success((await producer.end(commit=False)).error_code)
    expect("the version asked in", broker.version("TxnOffsetCommit"), version)


@case(
    "transactions.offsets.unstable",
    level=MUST,
    cites="KIP-447: error 88 UNSTABLE_OFFSET_COMMIT",
    apis={**OFFSETS, "OffsetFetch": "7-9"},
)
async def test_who_asks_for_stable_offsets_waits_for_the_transaction(
    broker: Subject,
) -> None:
    """Each partition that an open transaction commits for has that error."""
    topic, group = await broker.topic(), await new_group(broker)
    producer = await new_transactional_producer(broker)
    expect_success(await producer.add_offsets(group.name))
    expect_success(await producer.commit_offsets(group, topic, 5))
    came = await group.offsets({topic: (0,)}, is_stable=True)
    expect_success(came.error_code)
    (told,) = came.partitions.values()
    expect_error(told.error_code, Error.UNSTABLE_OFFSET_COMMIT)
    expect("the offset", told.committed_offset, -1)
    expect_success((await producer.end(commit=True)).error_code)
    await until_committed(group, topic, 5)


@case(
    "transactions.offsets.adds",
    level=MUST,
    cites="KIP-890: the group is added by committing for it",
    apis={**OFFSETS, "TxnOffsetCommit": "5+"},
)
async def test_a_commit_adds_its_group_to_the_transaction(broker: Subject) -> None:
    """From version 5 on it needs no AddOffsetsToTxn before it."""
    topic, group = await broker.topic(), await new_group(broker)
    producer = await new_transactional_producer(broker)
    expect_success(await producer.commit_offsets(group, topic, 5))
    expect_success((await producer.end(commit=True)).error_code)
    await until_committed(group, topic, 5)


@case(
    "transactions.offsets.members",
    level=MUST,
    cites="KIP-447: errors 22 ILLEGAL_GENERATION and 25 UNKNOWN_MEMBER_ID",
    apis={**OFFSETS, "TxnOffsetCommit": "3-4", "JoinGroup": "0+", "SyncGroup": "0+"},
)
async def test_members_of_earlier_generations_are_fenced(broker: Subject) -> None:
    """The member and generation that a commit names must be present; one that names
    none is not asked for any."""
    topic, group = await broker.topic(), await new_group(broker)
    (member,) = await group.stable()
    producer = await new_transactional_producer(broker)
    expect_success(await producer.add_offsets(group.name))
    mine = {"member_id": member.member_id, "generation_id": member.generation}
    expect_success(await producer.commit_offsets(group, topic, 5, **mine))
    came = await producer.commit_offsets(
        group, topic, 6, **{**mine, "generation_id": member.generation + 1}
    )
    expect_error(came, Error.ILLEGAL_GENERATION)
    came = await producer.commit_offsets(
        group, topic, 6, **{**mine, "member_id": "nobody"}
    )
    expect_error(came, Error.UNKNOWN_MEMBER_ID)
    expect_success(await producer.commit_offsets(group, topic, 7))
    expect_success((await producer.end(commit=True)).error_code)
    await until_committed(group, topic, 7)


@case(
    "transactions.offsets.refused",
    level=MUST,
    cites="errors 3 UNKNOWN_TOPIC_OR_PARTITION, 12 OFFSET_METADATA_TOO_LARGE",
    apis=OFFSETS,
)
async def test_partitions_that_are_not_there_have_no_offsets(
    broker: Subject, version: int
) -> None:
    """The error is the partition's own."""
    group = await new_group(broker)
    producer = await new_transactional_producer(broker)
    expect_success(await producer.add_offsets(group.name))
    nowhere = Topic(broker.name_of_its_own())
    came = await producer.commit_offsets(group, nowhere, 5)
    expect_error(came, Error.UNKNOWN_TOPIC_OR_PARTITION)
    expect_success((await producer.end(commit=False)).error_code)
    expect("the version asked in", broker.version("TxnOffsetCommit"), version)
