"""Pages of clients."""

from __future__ import annotations

import trio.testing
from logion.protocol.messages.api_versions import ApiVersionsRequest

from tests.logion.broker.running import batch, fetch_request, running
from tests.logion.broker.test_connection import connected, framed
from tests.logion.console.asking import get

NAMED = ApiVersionsRequest(
    client_software_name="librdkafka", client_software_version="2.0"
)


async def test_clients_tell_who_they_are_and_what_they_do() -> None:
    async with running() as broker:
        await broker.create("t")
        async with connected(broker) as client:
            client.put(framed(NAMED, 3, 1))
            client.put(framed(fetch_request("t", max_wait_ms=60_000), 12, 5))
            await trio.testing.wait_all_tasks_blocked()
            table = await get(broker, "/clients")
            page = await get(broker, "/client?peer=10.0.0.1:1")
            await broker.produce("t", batch(b"v"))
        after = await get(broker, "/clients")
        closed = await get(broker, "/client?peer=10.0.0.1:1")
    assert "2 connections" in table.text
    assert "c librdkafka 2.0 10.0.0.1:1" in table.text
    assert "Fetch in progress for 0.0 ms" in table.text
    assert "/client?peer=10.0.0.1%3A1" in table.links
    assert "Fetch version 12 is in progress" in page.text
    assert "ApiVersions 3 1 now" in page.text
    assert "1 connection " in after.text
    assert "Closed it closed" in closed.text


async def test_errors_are_told() -> None:
    async with running() as broker:
        async with connected(broker) as client:
            client.put(framed(fetch_request("none", max_wait_ms=0), 12))
            await trio.testing.wait_all_tasks_blocked()
        page = await get(broker, "/client?peer=10.0.0.1:1")
        table = await get(broker, "/clients")
    assert "UNKNOWN_TOPIC_OR_PARTITION" in page.text
    assert "UNKNOWN_TOPIC_OR_PARTITION" in table.text


async def test_a_client_that_asked_for_nothing_is_told() -> None:
    async with running() as broker, connected(broker):
        await trio.testing.wait_all_tasks_blocked()
        assert "none yet" in (await get(broker, "/clients")).text
        page = await get(broker, "/client?peer=10.0.0.1:1")
        other = await get(broker, "/client")
    assert "None was answered yet." in page.text
    assert other.status == 404
    assert "No client at '' is known." in other.text
