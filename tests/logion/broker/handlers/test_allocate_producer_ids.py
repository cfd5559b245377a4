"""AllocateProducerIds: a broker gets a block of producer ids."""

from __future__ import annotations

from logion.protocol.errors import Error
from logion.protocol.messages.allocate_producer_ids import AllocateProducerIdsRequest
from logion.protocol.messages.init_producer_id import InitProducerIdRequest

from tests.logion.broker.running import running

BLOCK = 1000


async def test_a_block_is_nobody_elses() -> None:
    async with running(release="3.9") as broker:
        epoch = broker.state.cluster.image.brokers[broker.state.id].epoch
        asked = AllocateProducerIdsRequest(
            broker_id=broker.state.id, broker_epoch=epoch
        )
        own = InitProducerIdRequest(transactional_id=None, transaction_timeout_ms=1000)
        one, other = await broker.ask(asked), await broker.ask(asked)
        id_of_ours = (await broker.ask(own)).producer_id
    found = [
        (it.error_code, it.producer_id_start, it.producer_id_len) for it in (one, other)
    ]
    assert found == [(0, 0, BLOCK), (0, BLOCK, BLOCK)]
    assert id_of_ours == 2 * BLOCK


async def test_who_is_not_registered_or_was_before_gets_none() -> None:
    async with running(release="3.9") as broker:
        unknown = AllocateProducerIdsRequest(broker_id=77, broker_epoch=1)
        stale = AllocateProducerIdsRequest(broker_id=broker.state.id)
        answers = [await broker.ask(unknown), await broker.ask(stale)]
    assert [it.error_code for it in answers] == [
        Error.BROKER_ID_NOT_REGISTERED,
        Error.STALE_BROKER_EPOCH,
    ]
    assert {it.producer_id_len for it in answers} == {0}
