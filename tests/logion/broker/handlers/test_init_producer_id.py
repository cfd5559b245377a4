"""InitProducerId: a number for a producer, so that retries are harmless."""

from __future__ import annotations

from dataclasses import replace

import pytest
from logion.broker.context import Context
from logion.broker.handlers.init_producer_id import handle
from logion.protocol.errors import Error
from logion.protocol.messages.init_producer_id import InitProducerIdRequest

from tests.logion.broker.running import World, running
from tests.logion.transaction.producing import (
    SMALL,
    producer,
    producer_of,
    with_coordinator,
)


def request(transactional_id: str | None = None) -> InitProducerIdRequest:
    """Return a request of a producer."""
    return InitProducerIdRequest(
        transactional_id=transactional_id, transaction_timeout_ms=1000
    )


@pytest.mark.parametrize("version", range(6))
async def test_every_version_gives_an_id_with_epoch_0(version: int) -> None:
    async with running() as broker:
        answer = await broker.ask(request(), version)
    assert (answer.error_code, answer.producer_epoch) == (Error.NONE, 0)
    assert answer.producer_id >= 0


async def test_no_id_is_given_twice_not_even_after_a_restart() -> None:
    world = World()
    given: list[int] = []
    for _ in range(2):
        async with running(world=world) as broker:
            given += [(await broker.ask(request())).producer_id for _ in range(3)]
    assert len(set(given)) == len(given)


@pytest.mark.parametrize("version", range(6))
async def test_a_transactional_id_gets_the_next_epoch_each_time(version: int) -> None:
    async with running(SMALL) as broker:
        one = await producer_of(broker, version)
        assert one.epoch == 0
        assert await one.init(version) is Error.NONE
        assert one.epoch == 1


@pytest.mark.parametrize(
    ("transactional_id", "error"),
    [("", Error.INVALID_REQUEST), ("tx", Error.NOT_COORDINATOR)],
)
async def test_a_transactional_id_without_a_coordinator_is_refused(
    transactional_id: str, error: Error
) -> None:
    async with running() as broker:
        answer = await broker.ask(request(transactional_id))
    assert (answer.error_code, answer.producer_id) == (error, -1)


@pytest.mark.parametrize(("producer_id", "epoch"), [(1, -1), (-1, 1)])
async def test_half_of_what_a_producer_has_is_refused(
    producer_id: int, epoch: int
) -> None:
    async with running(SMALL) as broker:
        one = await producer(broker)
        one.producer_id, one.epoch = producer_id, epoch
        assert await one.init(knows=True) is Error.INVALID_REQUEST


async def test_whoever_has_an_epoch_gets_the_next_and_may_ask_again() -> None:
    async with running(SMALL) as broker:
        one = await producer(broker)
        had = replace(one)
        assert await one.init(knows=True) is Error.NONE
        assert one.epoch == 1
        assert await had.init(knows=True) is Error.NONE
        assert had.epoch == 1
        had.epoch = 0
        assert await one.init() is Error.NONE
        assert await had.init(4, knows=True) is Error.PRODUCER_FENCED
        assert await had.init(3, knows=True) is Error.INVALID_PRODUCER_EPOCH


async def test_a_timeout_out_of_bounds_is_refused() -> None:
    async with running(SMALL) as broker:
        one = await producer(broker)
        for timeout_ms in (0, -1, 900_001):
            one.timeout_ms = timeout_ms
            assert await one.init() is Error.INVALID_TRANSACTION_TIMEOUT


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"enable_2pc": True}, Error.TRANSACTIONAL_ID_AUTHORIZATION_FAILED),
        ({"keep_prepared_txn": True}, Error.UNSUPPORTED_VERSION),
    ],
)
async def test_two_phase_commit_has_to_be_allowed(
    fields: dict[str, bool], error: Error
) -> None:
    async with running(SMALL) as broker:
        await with_coordinator(broker)
        asked = InitProducerIdRequest(
            transactional_id="tx", transaction_timeout_ms=1000, **fields
        )
        context = Context(22, 6, 1, "client", "127.0.0.1:1", "PLAINTEXT")
        answer = await handle(broker.state, context, asked)  # no release serves it yet
        assert answer.error_code == error
