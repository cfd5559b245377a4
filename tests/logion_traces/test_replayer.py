from __future__ import annotations

from functools import partial
from typing import Any

import trio
from logion.names import Uuid
from logion.protocol.headers import encode_request, encode_response
from logion.protocol.messages.delete_topics import (
    DeletableTopicResult,
    DeleteTopicsRequest,
    DeleteTopicsResponse,
    DeleteTopicState,
)
from logion.protocol.messages.metadata import (
    MetadataRequest,
    MetadataResponse,
    MetadataResponseTopic,
)
from logion.protocol.schema import replace
from logion_traces.exchanges import Exchange
from logion_traces.format import Direction, Frame, Trace
from logion_traces.recorder import record
from logion_traces.replayer import NO_ANSWER, replay

from tests.logion_traces.cassette import SILENCE, answered, cassette
from tests.logion_traces.test_format import HEADER


def with_other_ids(exchange: Exchange, response: Any) -> Any:
    """Answer as a broker that gave its topics other ids."""
    if exchange.name.startswith(("CreateTopics", "Metadata")):
        topics = tuple(
            replace(topic, topic_id=Uuid(bytes(reversed(topic.topic_id))))
            for topic in response.topics
        )
        return replace(response, topics=topics)
    return response


async def test_a_broker_that_answers_as_recorded_shows_no_difference(
    kafka_python_trace: Trace,
) -> None:
    async with cassette(kafka_python_trace) as port:
        outcomes = await replay(kafka_python_trace, "127.0.0.1", port)
    assert len(outcomes) == answered(kafka_python_trace)
    assert not [outcome.differences for outcome in outcomes if outcome.differences]


async def test_ids_that_the_new_broker_chose_are_no_difference(
    kafka_python_trace: Trace,
) -> None:
    async with cassette(kafka_python_trace, with_other_ids) as port:
        outcomes = await replay(kafka_python_trace, "127.0.0.1", port)
    assert not [outcome.differences for outcome in outcomes if outcome.differences]


async def test_a_wrong_answer_is_found_with_request_and_field_path(
    kafka_python_trace: Trace,
) -> None:
    def with_wrong_offset(exchange: Exchange, response: Any) -> Any:
        if not exchange.name.startswith("ListOffsets"):
            return response
        (topic,) = response.topics
        partitions = tuple(replace(p, offset=p.offset + 1) for p in topic.partitions)
        return replace(response, topics=(replace(topic, partitions=partitions),))

    async with cassette(kafka_python_trace, with_wrong_offset) as port:
        outcomes = await replay(kafka_python_trace, "127.0.0.1", port)
    different = [outcome for outcome in outcomes if outcome.differences]
    assert {outcome.exchange.name for outcome in different} == {"ListOffsets v9"}
    paths = {found.path for outcome in different for found in outcome.differences}
    assert "topics.name=journey.partitions.partition_index=0.offset" in paths


async def test_a_broker_that_closes_the_connection_gave_no_answer(
    kafka_python_trace: Trace,
) -> None:
    first = kafka_python_trace.frames[:2]
    assert [frame.direction for frame in first] == list(Direction)
    trace = Trace(kafka_python_trace.header, first)
    async with cassette(trace, lambda *_: None) as port:
        (outcome,) = await replay(trace, "127.0.0.1", port)
    assert outcome.replayed == NO_ANSWER
    assert outcome.differences


async def test_a_broker_that_does_not_answer_in_time_gave_no_answer(
    kafka_python_trace: Trace,
) -> None:
    trace = Trace(kafka_python_trace.header, kafka_python_trace.frames[:2])
    async with cassette(trace, lambda *_: SILENCE) as port:
        (outcome,) = await replay(trace, "127.0.0.1", port, timeout_s=0.01)
    assert outcome.replayed == NO_ANSWER


def frame(direction: Direction, pieces: list[Any]) -> Frame:
    """Return what a recorder keeps of an encoded message."""
    return Frame(0, direction, 0, b"".join(map(bytes, pieces))[4:])


def trace_with_an_id(topic_id: Uuid) -> Trace:
    """Return a client that learns a topic's id and deletes the topic by it."""
    topic = MetadataResponseTopic(
        error_code=0, name="a", topic_id=topic_id, partitions=()
    )
    named = DeleteTopicState(name=None, topic_id=topic_id)
    deleted = DeletableTopicResult(name="a", topic_id=topic_id, error_code=0)
    asked = MetadataRequest(topics=None)
    told = MetadataResponse(brokers=(), topics=(topic,))
    asked_again = DeleteTopicsRequest(topics=(named,), timeout_ms=1)
    told_again = DeleteTopicsResponse(responses=(deleted,))
    frames = (
        frame(Direction.REQUEST, encode_request(asked, 12, 1, "test")),
        frame(Direction.RESPONSE, encode_response(told, 12, 1)),
        frame(Direction.REQUEST, encode_request(asked_again, 6, 2, "test")),
        frame(Direction.RESPONSE, encode_response(told_again, 6, 2)),
    )
    return Trace(HEADER, frames)


async def test_requests_hold_the_names_that_the_new_broker_chose(
    nursery: trio.Nursery,
) -> None:
    recorded, chosen = trace_with_an_id(Uuid(b"1" * 16)), Uuid(b"2" * 16)
    replayed = trace_with_an_id(chosen)
    passed: list[Frame] = []
    async with cassette(replayed) as broker:
        proxy = partial(record, ("127.0.0.1", broker), passed.append)
        port: int = await nursery.start(proxy)
        outcomes = await replay(recorded, "127.0.0.1", port)
    assert not [outcome.differences for outcome in outcomes if outcome.differences]
    assert [each.data for each in passed] == [each.data for each in replayed.frames]
