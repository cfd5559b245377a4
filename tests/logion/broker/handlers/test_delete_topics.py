"""DeleteTopics: delete topics."""

from __future__ import annotations

import pytest
from logion.names import ZERO_UUID, Uuid
from logion.protocol.errors import Error
from logion.protocol.messages.delete_topics import (
    DeleteTopicsRequest,
    DeleteTopicState,
)

from tests.logion.broker.running import batch, running

NO_TOPIC = Uuid(b"\x01" * 16)


def by_name(*names: str) -> DeleteTopicsRequest:
    """Return a request as it was up to version 5."""
    return DeleteTopicsRequest(topic_names=names, timeout_ms=1000)


def states(*states: tuple[str | None, Uuid]) -> DeleteTopicsRequest:
    """Return a request as it is since version 6."""
    topics = tuple(DeleteTopicState(name=name, topic_id=id_) for name, id_ in states)
    return DeleteTopicsRequest(topics=topics, timeout_ms=1000)


@pytest.mark.parametrize("version", range(6))
async def test_every_version_deletes_a_topic_with_its_records(version: int) -> None:
    async with running(release="3.9") as broker:
        await broker.create("t")
        partition = broker.partition("t")
        partition.append(memoryview(bytearray(batch(b"v"))), version=3, acks=1)
        answer = await broker.ask(by_name("t", "nope"), version)
        assert [(it.name, it.error_code) for it in answer.responses] == [
            ("t", Error.NONE),
            ("nope", Error.UNKNOWN_TOPIC_OR_PARTITION),
        ]
        await broker.create("t")
        assert broker.partition("t").log.end_offset == 0


async def test_a_topic_is_deleted_by_its_name_or_its_id() -> None:
    async with running() as broker:
        await broker.create("t")
        await broker.create("u")
        first, second = broker.topic_id("t"), broker.topic_id("u")
        answer = await broker.ask(states(("t", ZERO_UUID), (None, second)))
        found = [(it.name, it.topic_id, it.error_code) for it in answer.responses]
        assert found == [("t", first, Error.NONE), ("u", second, Error.NONE)]
        assert not broker.state.cluster.image.topics


@pytest.mark.parametrize(
    ("name", "topic_id", "error"),
    [
        ("nope", ZERO_UUID, Error.UNKNOWN_TOPIC_OR_PARTITION),
        (None, NO_TOPIC, Error.UNKNOWN_TOPIC_ID),
        (None, ZERO_UUID, Error.INVALID_REQUEST),
        ("t", NO_TOPIC, Error.INVALID_REQUEST),
    ],
)
async def test_a_topic_must_be_named_in_one_way_and_be_there(
    name: str | None, topic_id: Uuid, error: Error
) -> None:
    async with running() as broker:
        await broker.create("t")
        answer = await broker.ask(states((name, topic_id)))
        (result,) = answer.responses
        assert (result.name, result.topic_id) == (name, topic_id)
        assert result.error_code == error
        assert result.error_message
        assert "t" in broker.state.cluster.image.topics


async def test_a_topic_named_twice_in_any_way_is_not_deleted() -> None:
    async with running() as broker:
        await broker.create("t")
        twice = states(("t", ZERO_UUID), (None, broker.topic_id("t")))
        answer = await broker.ask(twice)
        assert [it.error_code for it in answer.responses] == [Error.INVALID_REQUEST]
        assert "t" in broker.state.cluster.image.topics


@pytest.mark.parametrize(
    ("version", "error"),
    [(2, Error.INVALID_REQUEST), (3, Error.TOPIC_DELETION_DISABLED)],
)
async def test_deletion_can_be_forbidden(version: int, error: Error) -> None:
    settings = {"delete.topic.enable": "false"}
    async with running(settings, release="3.9") as broker:
        await broker.create("t")
        answer = await broker.ask(by_name("t"), version)
        assert [it.error_code for it in answer.responses] == [error]
        assert "t" in broker.state.cluster.image.topics


async def test_deletion_was_forbidden_by_default_before_1_0() -> None:
    async with running(release="0.11.0") as broker:
        await broker.create("t")
        answer = await broker.ask(by_name("t"))
        assert [it.error_code for it in answer.responses] == [Error.INVALID_REQUEST]


async def test_a_waiting_fetch_hears_that_its_topic_has_gone() -> None:
    import trio
    from logion.client.connection import connect

    from tests.logion.broker.running import ask, fetch_request

    async with running() as broker, await connect(broker.address) as other:
        await broker.create("t")
        heard: list[int] = []

        async def wait() -> None:
            request = fetch_request("t", min_bytes=1, max_wait_ms=60_000)
            answer = await ask(other, request, 12)
            heard.append(answer.responses[0].partitions[0].error_code)

        async with trio.open_nursery() as nursery:
            nursery.start_soon(wait)
            await trio.testing.wait_all_tasks_blocked(0.01)
            await broker.ask(states(("t", ZERO_UUID)))
    assert heard == [Error.UNKNOWN_TOPIC_OR_PARTITION]
