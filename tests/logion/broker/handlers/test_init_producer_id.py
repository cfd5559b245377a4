"""InitProducerId: a number for a producer, so that retries are harmless."""

from __future__ import annotations

import pytest
from logion.protocol.errors import Error
from logion.protocol.messages.init_producer_id import InitProducerIdRequest

from tests.logion.broker.running import World, running


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


@pytest.mark.parametrize(
    ("transactional_id", "error"),
    [("", Error.INVALID_REQUEST), ("tx", Error.NOT_COORDINATOR)],
)
async def test_a_transactional_id_has_no_coordinator_here(
    transactional_id: str, error: Error
) -> None:
    async with running() as broker:
        answer = await broker.ask(request(transactional_id))
    assert (answer.error_code, answer.producer_id) == (error, -1)
