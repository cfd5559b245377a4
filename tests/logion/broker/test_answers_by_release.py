"""What the same request is answered by one release and by a later one.

Each pair was met when both were put beside Apache Kafka: docs/compare.md.
"""

from __future__ import annotations

from typing import Any

import pytest
from logion.names import ZERO_UUID
from logion.protocol.errors import ApiError, Error
from logion.protocol.messages import alter_configs
from logion.protocol.messages.delete_groups import DeleteGroupsRequest
from logion.protocol.messages.delete_topics import (
    DeleteTopicsRequest,
    DeleteTopicState,
)
from logion.protocol.messages.describe_groups import DescribeGroupsRequest
from logion.protocol.messages.describe_log_dirs import DescribeLogDirsRequest
from logion.protocol.messages.describe_producers import (
    DescribeProducersRequest,
)
from logion.protocol.messages.describe_producers import (
    TopicRequest as ProducersTopic,
)
from logion.protocol.messages.fetch import ReplicaState
from logion.protocol.messages.find_coordinator import FindCoordinatorRequest
from logion.protocol.messages.heartbeat import HeartbeatRequest
from logion.protocol.messages.join_group import JoinGroupRequest
from logion.protocol.messages.leave_group import LeaveGroupRequest
from logion.protocol.messages.list_offsets import (
    ListOffsetsPartition,
    ListOffsetsRequest,
    ListOffsetsTopic,
)
from logion.protocol.messages.metadata import MetadataRequest, MetadataRequestTopic
from logion.protocol.messages.offset_commit import (
    OffsetCommitRequest,
    OffsetCommitRequestPartition,
    OffsetCommitRequestTopic,
)
from logion.protocol.messages.offset_fetch import (
    OffsetFetchRequest,
    OffsetFetchRequestTopic,
)
from logion.protocol.messages.sync_group import SyncGroupRequest
from logion.protocol.schema import replace
from logion.testing.clock import NEW_YEAR_2024_MS

from tests.logion.broker.running import (
    Running,
    batch,
    fetch_request,
    produce_request,
    running,
)

CLOSED = Error.NETWORK_EXCEPTION
LISTS = ("topics", "partitions", "responses", "partition_responses")


async def error_of(broker: Running, request: Any, version: int | None = None) -> Any:
    """Return the one error code of an answer; CLOSED if there is none."""
    try:
        answer = await broker.ask(request, version)
    except ApiError as failure:
        return failure.error
    while not hasattr(answer, "error_code"):
        rows = [getattr(answer, it, ()) for it in LISTS]
        (answer,) = next(it for it in rows if it)
    return answer.error_code


def offsets(*partitions: ListOffsetsPartition, **more: int) -> ListOffsetsRequest:
    topic = ListOffsetsTopic(name="t", partitions=partitions)
    return ListOffsetsRequest(replica_id=-1, topics=(topic,), **more)


def latest(timestamp: int = -1, **more: int) -> ListOffsetsPartition:
    return ListOffsetsPartition(partition_index=0, timestamp=timestamp, **more)


@pytest.mark.parametrize(("release", "expected"), [("1.1", CLOSED), ("2.4", -1)])
async def test_an_unknown_isolation_level(release: str, expected: int) -> None:
    async with running(release=release) as broker:
        await broker.create("t")
        fetch = fetch_request("t", isolation_level=2)
        assert await error_of(broker, fetch, 7) == expected
    async with running(release=release) as broker:
        await broker.create("t")
        request = offsets(latest(), isolation_level=2)
        assert await error_of(broker, request, 2) == expected


@pytest.mark.parametrize(("release", "expected"), [("1.1", CLOSED), ("2.4", 42)])
async def test_an_unknown_kind_of_coordinator(release: str, expected: int) -> None:
    async with running(release=release) as broker:
        request = FindCoordinatorRequest(key="k", key_type=7)
        assert await error_of(broker, request, 1) == expected


@pytest.mark.parametrize("records", [b"", batch(b"v")[:-1], batch(b"v") * 2])
@pytest.mark.parametrize(
    ("release", "expected"), [("1.1", CLOSED), ("2.4", Error.INVALID_RECORD)]
)
async def test_what_is_no_single_batch(
    release: str, expected: int, records: bytes
) -> None:
    async with running(release=release) as broker:
        await broker.create("t")
        request = produce_request("t", records)
        assert await error_of(broker, request, 5) == expected


async def test_a_format_that_the_release_does_not_know_is_damage() -> None:
    async with running(release="0.10.0") as broker:
        await broker.create("t")
        (found,) = await broker.produce("t", batch(b"v"))
        assert found.error_code == Error.CORRUPT_MESSAGE


@pytest.mark.parametrize(("release", "expected"), [("2.0", -1), ("2.1", 0)])
async def test_the_last_stable_offset_for_whom_it_does_not_bind(
    release: str, expected: int
) -> None:
    async with running(release=release) as broker:
        await broker.create("t")
        for level, told in ((0, expected), (1, 0)):
            request = fetch_request("t", isolation_level=level, min_bytes=0)
            answer = await broker.ask(request, 7)
            (found,) = answer.responses[0].partitions
            assert found.last_stable_offset == told


@pytest.mark.parametrize(
    ("release", "version", "leader", "nodes"),
    [("3.9", 15, -1, []), ("3.9", 16, 1, [1]), ("4.3", 16, 1, [])],
)
async def test_who_is_no_replica_is_told_who_leads(
    release: str, version: int, leader: int, nodes: list[int]
) -> None:

    state = ReplicaState(replica_id=7, replica_epoch=1)
    async with running(release=release) as broker:
        await broker.create("t")
        by_id = fetch_request("", topic_id=broker.topic_id("t"), replica_state=state)
        answer = await broker.ask(by_id, version)
        (found,) = answer.responses[0].partitions
    assert found.error_code == Error.NOT_LEADER_OR_FOLLOWER
    assert found.current_leader.leader_id == leader
    assert [it.node_id for it in answer.node_endpoints] == nodes


@pytest.mark.parametrize(("release", "count"), [("1.1", 1), ("2.8", 2), ("4.0", 1)])
async def test_a_partition_whose_offset_is_asked_for_twice(
    release: str, count: int
) -> None:
    async with running(release=release) as broker:
        await broker.create("t")
        (topic,) = (await broker.ask(offsets(latest(), latest()), 2)).topics
        assert [it.error_code for it in topic.partitions] == [42] * count
        topics = (await broker.ask(offsets(), 2)).topics
        assert len(topics) == (count == 2)


async def test_the_end_of_the_log_is_a_beginning_of_now() -> None:
    async with running(release="2.8") as broker:
        await broker.create("t")
        await broker.produce("t", batch(b"v"))
        now = NEW_YEAR_2024_MS + 10**9
        request = offsets(latest(now, max_num_offsets=5))
        (topic,) = (await broker.ask(request, 0)).topics
        assert topic.partitions[0].old_style_offsets == (1, 0)
        negative = offsets(latest(max_num_offsets=-1))
        assert await error_of(broker, negative, 0) == Error.UNKNOWN_SERVER_ERROR


@pytest.mark.parametrize(
    ("release", "names"), [("2.5", []), ("2.8", ["t"]), ("3.9", [])]
)
async def test_folders_of_what_was_not_asked_for(
    release: str, names: list[str]
) -> None:
    async with running(release=release) as broker:
        await broker.create("t")
        (folder,) = (await broker.ask(DescribeLogDirsRequest(topics=()), 1)).results
        assert [it.name for it in folder.topics if not it.partitions] == names


@pytest.mark.parametrize(("release", "expected"), [("2.8", 3), ("3.9", 17)])
async def test_producers_of_what_is_no_name(release: str, expected: int) -> None:
    topic = ProducersTopic(name="a b", partition_indexes=(0,))
    async with running(release=release) as broker:
        request = DescribeProducersRequest(topics=(topic,))
        assert await error_of(broker, request) == expected


@pytest.mark.parametrize(("release", "expected"), [("2.7", 3), ("2.8", 17)])
async def test_metadata_of_what_is_no_name(release: str, expected: int) -> None:
    topic = MetadataRequestTopic(name="a b")
    request = MetadataRequest(topics=(topic,), allow_auto_topic_creation=False)
    async with running(release=release) as broker:
        (found,) = (await broker.ask(request, 4)).topics
        assert found.error_code == expected


@pytest.mark.parametrize(
    ("release", "expected"),
    [("3.9", Error.TOPIC_AUTHORIZATION_FAILED), ("4.0", Error.INVALID_REQUEST)],
)
async def test_the_deletion_of_nothing(release: str, expected: Error) -> None:
    nothing = DeleteTopicState(name=None, topic_id=ZERO_UUID)
    async with running(release=release) as broker:
        request = DeleteTopicsRequest(topics=(nothing,), timeout_ms=1)
        assert await error_of(broker, request, 6) == expected


@pytest.mark.parametrize(
    ("release", "name", "expected"),
    [("3.9", "", 42), ("3.9", "a b", 3), ("4.0", "a b", 17)],
)
async def test_settings_of_what_is_no_name(
    release: str, name: str, expected: int
) -> None:
    resource = alter_configs.AlterConfigsResource(
        resource_type=2, resource_name=name, configs=()
    )
    request = alter_configs.AlterConfigsRequest(
        resources=(resource,), validate_only=False
    )
    async with running(release=release) as broker:
        assert await error_of(broker, request) == expected


@pytest.mark.parametrize(
    ("release", "expected"),
    [("1.1", Error.UNKNOWN_MEMBER_ID), ("2.0", Error.INVALID_GROUP_ID)],
)
async def test_members_of_a_group_without_a_name(release: str, expected: Error) -> None:
    of_none = {"group_id": "", "member_id": "m"}
    async with running(release=release) as broker:
        for request in (
            HeartbeatRequest(generation_id=1, **of_none),
            SyncGroupRequest(generation_id=1, assignments=(), **of_none),
            LeaveGroupRequest(**of_none),
        ):
            assert await error_of(broker, request, 0) == expected


@pytest.mark.parametrize(("release", "expected"), [("2.1", 0), ("2.2", -1)])
async def test_the_generation_of_who_is_refused(release: str, expected: int) -> None:
    request = JoinGroupRequest(
        group_id="", session_timeout_ms=1, member_id="", protocol_type="", protocols=()
    )
    async with running(release=release) as broker:
        assert (await broker.ask(request, 0)).generation_id == expected


@pytest.mark.parametrize(("release", "count"), [("1.1", 1), ("2.3", 2)])
async def test_a_group_that_is_described_twice(release: str, count: int) -> None:
    async with running(release=release) as broker:
        answer = await broker.ask(DescribeGroupsRequest(groups=("g", "g")), 0)
        assert len(answer.groups) == count


@pytest.mark.parametrize(("release", "expected"), [("1.1", 0), ("2.0", 3)])
async def test_offsets_of_a_partition_that_its_topic_does_not_have(
    release: str, expected: int
) -> None:
    row = OffsetCommitRequestPartition(
        partition_index=7, committed_offset=1, committed_metadata=""
    )
    topic = OffsetCommitRequestTopic(name="t", partitions=(row,))
    request = OffsetCommitRequest(group_id="g", topics=(topic,))
    async with running(release=release) as broker:
        await broker.create("t")
        await broker.ask(FindCoordinatorRequest(key="g"), 0)
        assert await error_of(broker, request, 2) == expected


@pytest.mark.parametrize(("release", "expected"), [("1.1", 24), ("2.0", 69)])
async def test_the_deletion_of_a_group_without_a_name(
    release: str, expected: int
) -> None:
    async with running(release=release) as broker:
        await broker.ask(FindCoordinatorRequest(key="g"), 0)
        answer = await broker.ask(DeleteGroupsRequest(groups_names=("",)), 0)
        assert answer.results[0].error_code == expected


@pytest.mark.parametrize(
    ("release", "count"), [("0.10.0", 1), ("0.10.1", 2), ("0.10.2", 1)]
)
async def test_a_partition_that_is_fetched_twice(release: str, count: int) -> None:
    async with running(release=release) as broker:
        await broker.create("t")
        once = fetch_request("t", min_bytes=0)
        answer = await broker.ask(replace(once, topics=once.topics * 2), 2)
        found = [it for topic in answer.responses for it in topic.partitions]
        assert len(found) == count


@pytest.mark.parametrize(("release", "start"), [("2.3", -1), ("2.4", 0)])
async def test_the_start_of_the_log_beside_a_wrong_time(
    release: str, start: int
) -> None:
    async with running(release=release) as broker:
        await broker.create("t", configs={"message.timestamp.difference.max.ms": "1"})
        request = produce_request("t", batch(b"v", timestamp=1))
        (found,) = (await broker.ask(request, 5)).responses[0].partition_responses
        assert found.error_code == Error.INVALID_TIMESTAMP
        assert found.log_start_offset == start


@pytest.mark.parametrize(
    ("release", "committed", "fetched"),
    [("0.8.2", 0, 3), ("0.9.0", Error.ILLEGAL_GENERATION, 0)],
)
async def test_offsets_where_there_were_no_groups_yet(
    release: str, committed: int, fetched: int
) -> None:
    row = OffsetCommitRequestPartition(
        partition_index=0, committed_offset=1, committed_metadata=""
    )
    topic = OffsetCommitRequestTopic(name="t", partitions=(row,))
    commit = OffsetCommitRequest(
        group_id="g", generation_id_or_member_epoch=3, member_id="m", topics=(topic,)
    )
    absent = OffsetFetchRequestTopic(name="t", partition_indexes=(7,))
    async with running(release=release) as broker:
        await broker.create("t")
        await broker.ask(FindCoordinatorRequest(key="g"), 0)
        assert await error_of(broker, commit, 1) == committed
        fetch = OffsetFetchRequest(group_id="g", topics=(absent,))
        (found,) = (await broker.ask(fetch, 1)).topics
        assert found.partitions[0].error_code == fetched
