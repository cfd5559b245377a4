"""EndTxn: commit or abort a transaction."""

from __future__ import annotations

import pytest
from logion.protocol.errors import Error
from logion.protocol.messages.end_txn import EndTxnRequest
from logion.transaction.state import State

from tests.logion.broker.running import running
from tests.logion.transaction.producing import SMALL, T0, producer, settle


@pytest.mark.parametrize("commit", [True, False])
@pytest.mark.parametrize("version", range(5))
async def test_every_version_ends_a_transaction(version: int, *, commit: bool) -> None:
    async with running(SMALL) as broker:
        one = await producer(broker)
        await one.add(T0)
        assert await one.end(commit=commit, version=version) is Error.NONE
        done = State.COMPLETE_COMMIT if commit else State.COMPLETE_ABORT
        assert (await settle(broker, done)).epoch == 0
        assert await one.end(commit=commit, version=version) is Error.NONE
        wrong = await one.end(commit=not commit, version=version)
        assert wrong is Error.INVALID_TXN_STATE


async def test_the_newest_version_answers_the_epoch_of_the_next() -> None:
    async with running(SMALL) as broker:
        one = await producer(broker)
        await broker.state.transactions.add(one.claim, [T0], 2)
        request = EndTxnRequest(
            transactional_id="tx",
            producer_id=one.producer_id,
            producer_epoch=0,
            committed=True,
        )
        first = await broker.ask(request, 5)
        await settle(broker, State.COMPLETE_COMMIT)
        again = await broker.ask(request, 5)
    for answer in (first, again):
        assert (answer.error_code, answer.producer_id) == (0, one.producer_id)
        assert answer.producer_epoch == 1


@pytest.mark.parametrize(
    ("version", "error"),
    [(1, Error.INVALID_PRODUCER_EPOCH), (2, Error.PRODUCER_FENCED)],
)
async def test_old_clients_do_not_know_who_was_fenced(
    version: int, error: Error
) -> None:
    async with running(SMALL) as broker:
        one = await producer(broker)
        one.epoch = 5
        assert await one.end(commit=True, version=version) is error


@pytest.mark.parametrize(
    ("name", "error"),
    [("", Error.INVALID_REQUEST), ("unknown", Error.INVALID_PRODUCER_ID_MAPPING)],
)
async def test_an_id_without_a_producer_is_refused(name: str, error: Error) -> None:
    async with running(SMALL) as broker:
        one = await producer(broker)
        one.id = name
        for version in (4, 5):
            assert await one.end(commit=True, version=version) is error
