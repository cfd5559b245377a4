from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest
import trio
from logion.broker import context, injecting
from logion.client.connection import connect
from logion.protocol.errors import ApiError, Error
from logion.protocol.messages.describe_log_dirs import DescribeLogDirsRequest
from logion.protocol.messages.describe_topic_partitions import (
    DescribeTopicPartitionsRequest,
    TopicRequest,
)
from logion.protocol.messages.fetch import ForgottenTopic
from logion.protocol.messages.metadata import (
    MetadataRequest,
    MetadataRequestTopic,
    MetadataResponse,
)
from logion.testing.clock import FakeClock

from tests.logion.broker.running import (
    Running,
    batch,
    create_request,
    fetch_request,
    produce_request,
    running,
    values_of,
)
from tests.logion.broker.test_connection import connected, framed

NOT_LEADER = Error.NOT_LEADER_OR_FOLLOWER


@asynccontextmanager
async def faulty(
    *rules: dict[str, Any], release: str = "4.3"
) -> AsyncIterator[Running]:
    """Give a broker with the topics t (two partitions) and u, then these rules."""
    async with running(release=release) as broker:
        await broker.create("t", partitions=2)
        await broker.create("u")
        broker.state.faults.load({"rules": rules})
        yield broker


def codes(rows: Sequence[Any]) -> list[int]:
    return [it.error_code for it in rows]


def all_topics(*names: str) -> MetadataRequest:
    return MetadataRequest(
        topics=tuple(MetadataRequestTopic(name=name) for name in names)
    )


# Errors


async def test_a_refused_produce_appends_nothing_and_the_next_one_does() -> None:
    async with faulty({"api": "Produce", "error": NOT_LEADER.name}) as broker:
        assert codes(await broker.produce("t", batch(b"1"), batch(b"2"))) == [6, 6]
        assert broker.partition("t").log.end_offset == 0
        assert codes(await broker.produce("t", batch(b"1"))) == [0]


async def test_what_a_rule_does_not_mean_is_served() -> None:
    rule = {"api": "Produce", "topic": "t", "partition": 0, "error": NOT_LEADER.name}
    async with faulty(rule) as broker:
        answers = await broker.produce("t", batch(b"1"), batch(b"2"))
        assert {it.index: it.error_code for it in answers} == {0: 6, 1: 0}
        assert broker.partition("t", 0).log.end_offset == 0
        assert broker.partition("t", 1).log.end_offset == 1


async def test_an_applied_request_takes_effect_though_its_answer_is_an_error() -> None:
    rule = {"error": "REQUEST_TIMED_OUT", "applied": True, "api": "Produce"}
    async with faulty(rule) as broker:
        (answer,) = await broker.produce("t", batch(b"1"))
        assert (answer.error_code, answer.base_offset) == (7, -1)
        assert broker.partition("t").log.end_offset == 1


@pytest.mark.parametrize(("is_applied", "end"), [(False, 0), (True, 1)])
async def test_an_error_on_a_produce_without_acks_closes(
    is_applied: bool, end: int
) -> None:
    rule = {"api": "Produce", "error": NOT_LEADER.name, "applied": is_applied}
    async with faulty(rule) as broker, connected(broker) as client:
        client.put(framed(produce_request("t", batch(b"1"), acks=0), 9))
        client.put(framed(all_topics("t"), 9))
    assert client.sent == []
    assert broker.partition("t").log.end_offset == end


async def test_a_refused_fetch_answers_at_once_whatever_it_waits_for() -> None:
    rule = {"api": "Fetch", "error": NOT_LEADER.name, "topic": "t", "partition": 1}
    async with faulty(rule) as broker:
        with trio.fail_after(5):
            answers = await broker.fetch("t", 0, 0, max_wait_ms=60_000)
    assert {it.partition_index: it.error_code for it in answers} == {0: 0, 1: 6}


async def test_an_error_reaches_a_fetch_by_what_its_session_goes_on_with() -> None:
    async with faulty() as broker:
        opened = await broker.ask(fetch_request("t", 0, 0, session=(0, 0)), 12)
        rule = {"api": "Fetch", "topic": "t", "partition": 1, "error": NOT_LEADER.name}
        broker.state.faults.add({**rule, "topic": "v"}, rule)
        going_on = fetch_request(None, session=(opened.session_id, 1))
        answer = await broker.ask(going_on, 12)
        rows = [it for topic in answer.responses for it in topic.partitions]
        assert [(it.partition_index, it.error_code) for it in rows] == [(1, 6)]
        following = fetch_request(None, session=(opened.session_id, 2))
        answer = await broker.ask(following, 12)
        (topic,) = answer.responses
        assert codes(topic.partitions) == [0, 0]  # told again, now that all is well


async def test_what_a_session_forgets_is_not_asked() -> None:
    async with faulty() as broker:
        opened = await broker.ask(fetch_request("t", 0, 0, session=(0, 0)), 12)
        rule = {"api": "Fetch", "topic": "t", "partition": 1, "delay_ms": 1}
        broker.state.faults.add(rule)
        gone = (ForgottenTopic(topic="t", partitions=(1,)),)
        session = (opened.session_id, 1)
        request = fetch_request(None, session=session, forgotten_topics_data=gone)
        await broker.ask(request, 12)
        assert broker.state.faults.fired() == []


async def test_an_error_of_the_session_stands_at_the_top() -> None:
    rule = {"api": "Fetch", "error": "FETCH_SESSION_ID_NOT_FOUND"}
    async with faulty(rule, rule | {"name": "again"}) as broker:
        answer = await broker.ask(fetch_request("t", 0), 12)
        assert (answer.error_code, answer.responses) == (70, ())
        lost = await broker.ask(fetch_request("t", 0, session=(9, 9)), 12)
        assert lost.error_code == 70


async def test_an_error_on_metadata_keeps_the_brokers_and_creates_nothing() -> None:
    rule = {"api": "Metadata", "topic": "n*", "error": "LEADER_NOT_AVAILABLE"}
    async with faulty(rule) as broker:
        answer = await broker.ask(all_topics("t", "new"), 9)
        assert [(it.name, it.error_code) for it in answer.topics] == [
            ("t", 0),
            ("new", 5),
        ]
        assert len(answer.brokers) == 1
        assert "new" not in broker.state.cluster.image.topics


async def test_who_asks_for_everything_gets_the_error_on_what_is_meant() -> None:
    rule = {"api": "Metadata", "topic": "t", "error": "LEADER_NOT_AVAILABLE"}
    async with faulty(rule) as broker:
        answer = await broker.ask(MetadataRequest(topics=None), 9)
        assert {it.name: it.error_code for it in answer.topics} == {"t": 5, "u": 0}


async def test_topics_that_a_rule_does_not_mean_are_created() -> None:
    rule = {"api": "CreateTopics", "topic": "a", "error": "POLICY_VIOLATION"}
    async with faulty(rule) as broker:
        answer = await broker.ask(create_request("a", "b"), 5)
        assert {it.name: it.error_code for it in answer.topics} == {"a": 44, "b": 0}
        assert {"a", "b"} & set(broker.state.cluster.image.topics) == {"b"}


# Connections


@pytest.mark.parametrize(("side", "end"), [("before", 0), ("after", 1)])
async def test_a_connection_is_dropped_on_either_side_of_the_effect(
    side: str, end: int
) -> None:
    async with faulty({"api": "Produce", "drop": side}) as broker:
        async with await connect(broker.address) as client:
            broker.client = client
            with pytest.raises(ApiError, match="NETWORK_EXCEPTION"):
                await broker.produce("t", batch(b"1"))
        assert broker.partition("t").log.end_offset == end


@pytest.mark.parametrize("count", [0, 3, 40, 100])
async def test_an_answer_is_cut_after_so_many_bytes(count: int) -> None:
    async with faulty() as broker:
        await broker.produce("t", batch(b"0123456789" * 5))
        request = framed(fetch_request("t", 0), 12)
        async with connected(broker) as whole:
            whole.put(request)
        broker.state.faults.add({"api": "Fetch", "truncate": count})
        async with connected(broker) as client:
            client.put(request + request)
    assert b"".join(client.sent) == whole.sent[0][:count]


# Time


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Let delays pass at once, and note how long each was."""
    found: list[float] = []

    async def sleep(seconds: float) -> None:
        found.append(seconds)
        await trio.lowlevel.checkpoint()

    class Trio:
        def __getattr__(self, name: str) -> object:
            return sleep if name == "sleep" else getattr(trio, name)

    monkeypatch.setattr(injecting, "trio", Trio())
    return found


async def test_delays_are_slept_before_the_effect_and_before_the_answer(
    slept: list[float],
) -> None:
    rule = {"api": "Metadata", "delay_ms": 3_000, "delay_answer_ms": 40}
    async with faulty(rule) as broker:
        await broker.ask(all_topics("t"), 9)
        await broker.ask(all_topics("t"), 9)
    assert slept == [3.0, 0.04]


@pytest.mark.parametrize("release", ["4.3", "1.1"])
async def test_a_client_is_told_of_its_pause_which_the_broker_keeps(
    release: str, slept: list[float]
) -> None:
    rule = {"api": "Metadata", "throttle_ms": 500}
    async with faulty(rule, release=release) as broker:
        answer = await broker.ask(all_topics("t"), 3)
        assert answer.throttle_time_ms == 500
        assert (await broker.ask(all_topics("t"), 3)).throttle_time_ms == 0
    assert slept == [0.5]


async def test_an_answer_without_a_field_for_it_is_throttled_in_silence(
    slept: list[float],
) -> None:
    async with faulty({"api": "Metadata", "throttle_ms": 500}) as broker:
        await broker.ask(all_topics("t"), 1)
    assert slept == [0.5]


@pytest.mark.parametrize(("release", "count"), [("2.0", 1), ("1.1", 0)])
async def test_releases_since_2_0_answer_first_and_pause_then(
    release: str, count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    answered = []

    async def look(_: int) -> None:
        answered.append(len(client.sent))

    monkeypatch.setattr(injecting, "_wait", look)
    rule = {"api": "Metadata", "throttle_ms": 500}
    async with faulty(rule, release=release) as broker, connected(broker) as client:
        client.put(framed(all_topics("t"), 3))
    assert answered[-1] == count
    assert len(client.sent) == 1


@pytest.mark.parametrize(("side", "end"), [("before", 0), ("after", 1)])
async def test_a_request_is_held_on_either_side_of_its_effect_until_it_is_released(
    side: str, end: int
) -> None:
    rule = {"api": "Produce", "hold": side, "times": 2}
    async with faulty(rule) as broker, connected(broker) as client:
        client.put(framed(produce_request("t", batch(b"1")), 9))
        await trio.testing.wait_all_tasks_blocked()
        assert broker.partition("t").log.end_offset == end
        assert client.sent == []
        broker.state.faults.release()
        client.put(framed(produce_request("t", batch(b"1")), 9))
        await trio.testing.wait_all_tasks_blocked()
        assert len(client.sent) == 1
        broker.state.faults.clear()
    assert len(client.sent) == 2
    assert broker.partition("t").log.end_offset == 2


async def test_what_is_held_before_its_effect_has_none_if_the_client_goes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(context, "LOOK_AGAIN_S", 0.001)
    async with faulty({"api": "Produce", "hold": "before"}) as broker:
        async with connected(broker) as client:
            client.put(framed(produce_request("t", batch(b"1")), 9))
        assert broker.partition("t").log.end_offset == 0


async def test_what_is_held_does_not_hold_up_the_end_of_the_broker() -> None:
    async with faulty({"api": "Metadata", "hold": "before"}) as broker:
        client = await connect(broker.address)
        with trio.move_on_after(0.01):
            await client.call(all_topics("t"), MetadataResponse, version=9)
        faults = broker.state.faults
        await client.aclose()
    faults.release()


# Metadata


async def test_metadata_is_as_it_was_some_changes_ago() -> None:
    async with faulty() as broker:
        await broker.create("v")
        broker.state.faults.add({"stale_changes": 1, "times": 2})
        answer = await broker.ask(all_topics("t", "v"), 9)
        assert codes(answer.topics) == [0, 3]
        request = DescribeTopicPartitionsRequest(topics=(TopicRequest(name="v"),))
        assert codes((await broker.ask(request)).topics) == [3]
        assert codes((await broker.ask(all_topics("v"), 9)).topics) == [0]


async def test_metadata_is_as_it_was_some_time_ago() -> None:
    async with faulty() as broker:
        assert isinstance(broker.clock, FakeClock)
        broker.clock.advance(10_000)
        await broker.create("v")
        broker.clock.advance(1_000)
        for ago, code in ((500, 0), (1_500, 3)):
            broker.state.faults.load({"rules": [{"stale_ms": ago}]})
            assert codes((await broker.ask(all_topics("v"), 9)).topics) == [code]


async def test_metadata_tells_of_another_leader() -> None:
    rule = {"topic": "t", "partition": 1, "leader": 9, "leader_epoch": 4}
    async with faulty(rule) as broker:
        (topic,) = (await broker.ask(all_topics("t"), 9)).topics
        told = [(it.leader_id, it.leader_epoch) for it in topic.partitions]
        assert told == [(1, 0), (9, 4)]


# Everything else


async def test_a_rule_that_fires_on_nothing_leaves_answers_alone() -> None:
    async with faulty({"topic": "nosuch", "delay_ms": 1}) as broker:
        assert codes(await broker.produce("t", batch(b"1"))) == [0]
        assert codes(await broker.produce("t", batch(b"2"), acks=1)) == [0]
        (row,) = await broker.fetch("t", 0)
        assert values_of(row.records) == [b"1", b"2"]


async def test_an_error_that_is_none_lets_a_request_pass_that_has_no_answer() -> None:
    rule = {"api": "Produce", "error": "NONE", "delay_answer_ms": 1}
    async with faulty(rule) as broker, connected(broker) as client:
        client.put(framed(produce_request("t", batch(b"1"), acks=0), 9))
        client.put(framed(all_topics("t"), 9, 7))
    assert client.correlation_ids == [7]
    assert broker.partition("t").log.end_offset == 1


async def test_what_an_answer_tells_without_being_asked_is_spoilt() -> None:
    rule = {"api": "DescribeLogDirs", "error": "KAFKA_STORAGE_ERROR", "level": "other"}
    async with faulty(rule) as broker:
        answer = await broker.ask(DescribeLogDirsRequest(topics=None), 4)
        assert (answer.error_code, codes(answer.results)) == (0, [56])


async def test_an_answer_shorter_than_the_cut_is_whole_and_the_last() -> None:
    rule = {"api": "Metadata", "truncate": 10_000}
    async with faulty(rule) as broker, connected(broker) as client:
        client.put(framed(all_topics("t"), 9, 1) + framed(all_topics("t"), 9, 2))
    assert client.correlation_ids == [1]
