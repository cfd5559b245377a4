from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

import pytest
from logion.broker.faults.answering import (
    divide,
    meant_by,
    overlay,
    place,
    refuse,
    spoil,
)
from logion.broker.faults.naming import ERROR_FIELDS, Level, branches, key_of, levels
from logion.broker.faults.plan import read_rule
from logion.broker.faults.rule import Rule
from logion.protocol.apis import APIS, CLIENT, api_named, request_class, response_class
from logion.protocol.codec import decode_exactly, encode
from logion.protocol.errors import Error
from logion.protocol.messages.delete_topics import DeleteTopicsRequest, DeleteTopicState
from logion.protocol.messages.fetch import FetchResponse
from logion.protocol.messages.find_coordinator import FindCoordinatorRequest
from logion.protocol.messages.heartbeat import HeartbeatRequest
from logion.protocol.messages.join_group import JoinGroupRequest
from logion.protocol.messages.metadata import MetadataRequest, MetadataRequestTopic
from logion.protocol.messages.offset_fetch import (
    OffsetFetchRequest,
    OffsetFetchRequestGroup,
    OffsetFetchRequestTopic,
    OffsetFetchRequestTopics,
)
from logion.protocol.messages.produce import ProduceResponse
from logion.protocol.schema import default_of, schema_of

from tests.logion.broker.frames import RequestMaker
from tests.logion.broker.running import produce_request

EVERYTHING = Rule("r")
CLIENT_APIS = [key for key, api in APIS.items() if api.scope == CLIENT]
NOT_LEADER = Error.NOT_LEADER_OR_FOLLOWER


def any_test(rule: Rule = EVERYTHING) -> Any:
    return meant_by(rule, lambda _: "by-id")


def errors(answer: Any, version: int) -> Iterator[tuple[tuple[Level, ...], int]]:
    """Yield each error code of an answer with where it stands."""
    for field in schema_of(type(answer)).fields:
        if field.name in ERROR_FIELDS and version in field.versions:
            yield (), getattr(answer, field.name)
    for branch in branches(type(answer)):
        if branch.element is not None and version in branch.field.versions:
            for element in getattr(answer, branch.field.name) or ():
                for path, code in errors(element, version):
                    yield (branch.level, *path), code


def made(key: int, version: int, seed: int) -> Any:
    """Return a request that makes sense, of any kind."""
    maker = RequestMaker(Random(seed), [b"i" * 16], [b""])
    maker._version = version
    return maker._struct(request_class(key))


@pytest.mark.parametrize("key", CLIENT_APIS, ids=lambda it: APIS[it].name)
def test_a_refusal_of_any_request_can_be_sent_and_has_the_error_where_it_belongs(
    key: int,
) -> None:
    cls = response_class(key)
    for version in schema_of(cls).versions:
        for seed in range(5):
            request = made(key, version, seed)
            for path in levels(cls, version):
                answer = refuse(cls, request, path, NOT_LEADER, version)
                found = list(errors(answer, version))
                assert {code for at, code in found if at == path} <= {NOT_LEADER}
                assert {code for at, code in found if at != path} <= {0}
                data = encode(answer, version)
                assert encode(decode_exactly(cls, version, data), version) == data


@pytest.mark.parametrize("key", CLIENT_APIS, ids=lambda it: APIS[it].name)
def test_a_request_is_divided_without_loss(key: int) -> None:
    cls = response_class(key)
    for version in schema_of(cls).versions:
        request = made(key, version, 3)
        for path in levels(cls, version):
            rule = Rule("r", topic="t", partitions=frozenset({0, 2}), group="t")
            parts = divide(request, path, any_test(rule))
            whole = refuse(cls, request, path, NOT_LEADER, version)
            joined = cls(**{f.name: default_of(f) for f in schema_of(cls).fields})
            for part in parts:
                if part is not None:
                    answer = refuse(cls, part, path, NOT_LEADER, version)
                    joined = overlay(joined, answer, path)
            assert named(joined) == named(whole)


def named(answer: Any) -> set[tuple[Any, ...]]:
    """Return everything an answer names."""
    found = set()
    for branch in branches(type(answer)):
        if branch.element is None:
            continue
        for element in getattr(answer, branch.field.name) or ():
            key = (branch.level, key_of(element, branch.level))
            found |= {key, *((*key, *it) for it in named(element))}
    return found


@pytest.mark.parametrize(
    ("api", "version", "rule", "error", "where"),
    [
        ("Produce", 9, {}, "NOT_LEADER_OR_FOLLOWER", "topic.partition"),
        ("Fetch", 12, {}, "NOT_LEADER_OR_FOLLOWER", "topic.partition"),
        ("Fetch", 12, {}, "FETCH_SESSION_ID_NOT_FOUND", ""),
        ("Fetch", 12, {"level": "top"}, "UNKNOWN_SERVER_ERROR", ""),
        ("Metadata", 12, {}, "LEADER_NOT_AVAILABLE", "topic"),
        ("Metadata", 13, {}, "REBOOTSTRAP_REQUIRED", ""),
        ("Metadata", 12, {"topic": "t"}, "LEADER_NOT_AVAILABLE", "topic"),
        (
            "Metadata",
            12,
            {"topic": "t", "partition": 0},
            "LEADER_NOT_AVAILABLE",
            "topic.partition",
        ),
        ("OffsetFetch", 1, {}, "NOT_COORDINATOR", "topic.partition"),
        ("OffsetFetch", 7, {}, "NOT_COORDINATOR", ""),
        ("OffsetFetch", 8, {}, "NOT_COORDINATOR", "group"),
        ("OffsetFetch", 9, {}, "UNSTABLE_OFFSET_COMMIT", "group.topic.partition"),
        ("OffsetCommit", 8, {}, "NOT_COORDINATOR", "topic.partition"),
        ("FindCoordinator", 3, {}, "COORDINATOR_LOAD_IN_PROGRESS", ""),
        ("FindCoordinator", 4, {}, "COORDINATOR_LOAD_IN_PROGRESS", "group"),
        ("JoinGroup", 9, {}, "COORDINATOR_LOAD_IN_PROGRESS", ""),
        ("DescribeConfigs", 4, {"topic": "t"}, "INVALID_REQUEST", "resource"),
        ("DescribeLogDirs", 1, {}, "KAFKA_STORAGE_ERROR", "other"),
        ("LeaveGroup", 5, {"level": "member"}, "UNKNOWN_MEMBER_ID", "member"),
        ("LeaveGroup", 2, {"level": "member"}, "UNKNOWN_MEMBER_ID", ""),
    ],
)
def test_an_error_stands_where_kafka_has_it(
    api: str, version: int, rule: dict[str, Any], error: str, where: str
) -> None:
    request = made(api_named(api).key, version, 1)
    cls = response_class(api_named(api).key)
    read = read_rule({"api": api, "error": error, **rule})
    path = place(read, Error[error], request, cls, version)
    assert ".".join(level.value for level in path) == where


def test_a_refused_produce_is_as_kafkas() -> None:
    request = produce_request("t", b"", b"")
    path = (Level.TOPIC, Level.PARTITION)
    answer: ProduceResponse = refuse(ProduceResponse, request, path, NOT_LEADER, 9)
    (topic,) = answer.responses
    assert topic.name == "t"
    assert [it.index for it in topic.partition_responses] == [0, 1]
    assert {it.base_offset for it in topic.partition_responses} == {-1}
    assert answer.throttle_time_ms == 0


def test_a_refused_join_keeps_the_member_and_has_no_generation() -> None:
    request = JoinGroupRequest(
        group_id="g",
        session_timeout_ms=1,
        member_id="m",
        protocol_type="consumer",
        protocols=(),
    )
    cls = response_class(11)
    answer = refuse(cls, request, (), Error.COORDINATOR_LOAD_IN_PROGRESS, 5)
    assert (answer.member_id, answer.generation_id) == ("m", -1)
    assert answer.members == ()


def test_a_refused_look_up_of_coordinators_names_every_key() -> None:
    request = FindCoordinatorRequest(coordinator_keys=("a", "b"))
    cls = response_class(10)
    answer = refuse(cls, request, (Level.GROUP,), Error.NOT_COORDINATOR, 4)
    found = [(it.key, it.node_id, it.error_code) for it in answer.coordinators]
    assert found == [("a", -1, 16), ("b", -1, 16)]


def test_topics_by_name_alone_are_divided_and_refused() -> None:
    request = DeleteTopicsRequest(topic_names=("t", "u"), timeout_ms=1)
    rule = Rule("r", topic="t")
    meant, rest = divide(request, (Level.TOPIC,), any_test(rule))
    assert (meant.topic_names, rest.topic_names) == (("t",), ("u",))
    answer = refuse(response_class(20), meant, (Level.TOPIC,), NOT_LEADER, 5)
    assert [(it.name, it.error_code) for it in answer.responses] == [("t", 6)]


def test_topics_by_id_are_meant_by_their_name() -> None:
    state = DeleteTopicState(name=None, topic_id=b"i" * 16)  # type: ignore[arg-type]
    request = DeleteTopicsRequest(topics=(state,), timeout_ms=1)
    meant, rest = divide(request, (Level.TOPIC,), any_test(Rule("r", topic="by-*")))
    assert meant.topics == (state,)
    assert rest is None


def test_groups_are_divided_and_those_asked_for_everything_left_alone() -> None:
    topics = (OffsetFetchRequestTopics(name="t", partition_indexes=(0, 1)),)
    groups = (
        OffsetFetchRequestGroup(group_id="a", topics=topics),
        OffsetFetchRequestGroup(group_id="b", topics=None),
    )
    request = OffsetFetchRequest(groups=groups)
    path = (Level.GROUP, Level.TOPIC, Level.PARTITION)
    meant, rest = divide(request, path, any_test(Rule("r", partitions=frozenset({1}))))
    (group,) = meant.groups
    assert group.topics[0].partition_indexes == (1,)
    assert [it.group_id for it in rest.groups] == ["a", "b"]


def test_one_answer_goes_over_another_by_name() -> None:
    path = (Level.TOPIC, Level.PARTITION)
    lower = refuse(ProduceResponse, produce_request("t", b"", b""), path, Error.NONE, 9)
    upper = refuse(ProduceResponse, produce_request("t", b""), path, NOT_LEADER, 9)
    more = refuse(ProduceResponse, produce_request("u", b""), path, NOT_LEADER, 9)
    answer = overlay(overlay(lower, upper, path), more, path)
    found = [
        (topic.name, it.index, it.error_code)
        for topic in answer.responses
        for it in topic.partition_responses
    ]
    assert found == [("t", 0, 6), ("t", 1, 0), ("u", 0, 6)]


def test_an_answer_is_spoilt_where_it_is_meant() -> None:
    request = MetadataRequest(
        topics=tuple(MetadataRequestTopic(name=name) for name in "tu")
    )
    answer = refuse(response_class(3), request, (Level.TOPIC,), Error.NONE, 9)
    error = Error.LEADER_NOT_AVAILABLE
    test = any_test(Rule("r", topic="t"))
    spoilt = spoil(answer, (Level.TOPIC,), error, test, 9)
    assert [(it.name, it.error_code) for it in spoilt.topics] == [("t", 5), ("u", 0)]


def test_a_spoilt_answer_keeps_its_pause() -> None:
    answer = FetchResponse(throttle_time_ms=7, session_id=9, responses=())
    spoilt = spoil(answer, (), Error.FETCH_SESSION_ID_NOT_FOUND, any_test(), 12)
    assert (spoilt.throttle_time_ms, spoilt.session_id) == (7, 0)
    heartbeat = HeartbeatRequest(group_id="g", generation_id=1, member_id="m")
    assert refuse(response_class(12), heartbeat, (), NOT_LEADER, 4).error_code == 6


def test_offsets_of_one_group_are_refused_by_partition() -> None:
    topic = OffsetFetchRequestTopic(name="t", partition_indexes=(3,))
    request = OffsetFetchRequest(group_id="g", topics=(topic,))
    path = (Level.TOPIC, Level.PARTITION)
    answer = refuse(response_class(9), request, path, Error.NOT_COORDINATOR, 1)
    (row,) = answer.topics[0].partitions
    assert (row.partition_index, row.committed_offset, row.error_code) == (3, -1, 16)
