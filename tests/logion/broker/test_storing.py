"""What a client hears when the cluster's own store cannot be written."""

from __future__ import annotations

import pytest
from logion.broker.storing import storing
from logion.protocol.errors import ApiError, Error
from logion.protocol.messages.init_producer_id import InitProducerIdRequest
from logion.protocol.messages.metadata import MetadataRequest, MetadataRequestTopic
from logion.testing.disk import MemoryDisk

from tests.logion.broker.running import World, create_request, running


def test_a_failed_write_is_a_storage_error() -> None:
    with pytest.raises(ApiError, match="No space") as refusal, storing():
        raise OSError(28, "No space left on device")
    assert refusal.value.error is Error.KAFKA_STORAGE_ERROR


def test_a_refusal_stays_what_it_is() -> None:
    with pytest.raises(ApiError) as refusal, storing():
        raise ApiError(Error.INVALID_REQUEST)
    assert refusal.value.error is Error.INVALID_REQUEST


async def test_clients_are_told_and_the_broker_goes_on() -> None:
    disk = MemoryDisk()
    producer = InitProducerIdRequest(transactional_id=None, transaction_timeout_ms=1000)
    topic = MetadataRequest(topics=(MetadataRequestTopic(name="u"),))
    async with running(world=World(disk)) as broker:
        await broker.create("t")
        disk.fail()
        (made,) = (await broker.ask(create_request("u"))).topics
        assert made.error_code == Error.KAFKA_STORAGE_ERROR
        (found,) = (await broker.ask(topic)).topics
        assert found.error_code == Error.KAFKA_STORAGE_ERROR
        given = await broker.ask(producer)
        assert (given.error_code, given.producer_id) == (Error.KAFKA_STORAGE_ERROR, -1)
        disk.heal()
