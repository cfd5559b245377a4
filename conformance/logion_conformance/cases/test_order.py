"""Order: of answers on a connection, and of records in a partition."""

from __future__ import annotations

import trio
import trio.testing
from logion.protocol.messages.fetch import FetchResponse
from logion.protocol.messages.metadata import MetadataRequest, MetadataResponse
from logion.protocol.messages.produce import ProduceResponse

from logion_conformance.case import MUST, case
from logion_conformance.expect import expect, expect_wait
from logion_conformance.material import (
    Reading,
    fetch_partition,
    fetch_request,
    produce_request,
)
from logion_conformance.subject import Subject

GUIDE = "Kafka protocol guide, Network: answers come in the order of the requests"

WAIT_MS = 400


@case(
    "order.answers",
    level=MUST,
    cites=GUIDE,
    apis={"Metadata": "1+", "Produce": "0+"},
)
async def test_pipelined_requests_are_answered_in_order(broker: Subject) -> None:
    """Fifty requests sent at once are answered one after the other, as sent; the
    correlation ids, which every answer is checked by, come back in order."""
    topic = await broker.topic()
    connection = await broker.connect_to_leader(topic)
    offsets: list[int] = []

    async def append(number: int) -> None:
        request = produce_request(topic, broker.batch(b"%d" % number))
        came = await connection.call(request, ProduceResponse)
        offsets.append(came.responses[0].partition_responses[0].base_offset)

    async def look() -> None:
        await connection.call(MetadataRequest(topics=()), MetadataResponse)

    async with trio.open_nursery() as nursery:
        for number in range(25):
            nursery.start_soon(append, number)
            nursery.start_soon(look)
    expect("the base offsets, in order of the answers", offsets, list(range(25)))


@case(
    "order.long-poll-first",
    level=MUST,
    cites=GUIDE,
    apis={"Fetch": "0+", "Metadata": "1+"},
)
async def test_a_request_behind_a_long_poll_waits_for_it(broker: Subject) -> None:
    """A fetch that waits is answered before the request that was sent after it."""
    topic = await broker.topic()
    connection = await broker.connect_to_leader(topic)
    reading = Reading(max_wait_ms=WAIT_MS)
    wanted = fetch_request(topic, fetch_partition(0), reading=reading)
    answered: list[str] = []

    async def wait() -> None:
        await connection.call(wanted, FetchResponse)
        answered.append("fetch")

    async with trio.open_nursery() as nursery:
        nursery.start_soon(wait)
        await trio.testing.wait_all_tasks_blocked()
        await connection.call(MetadataRequest(topics=()), MetadataResponse)
        answered.append("metadata")
    expect("the order of the answers", answered, ["fetch", "metadata"])


@case(
    "order.other-connections",
    level=MUST,
    cites="Kafka protocol guide, Network: the order is that of one connection",
    apis={"Fetch": "0+", "Metadata": "1+"},
)
async def test_a_long_poll_holds_up_no_other_connection(broker: Subject) -> None:
    """While one connection waits, another is answered."""
    topic = await broker.topic()
    waiting = await broker.connect_to_leader(topic)
    other = await broker.connect_to_leader(topic)
    reading = Reading(max_wait_ms=5_000)
    wanted = fetch_request(topic, fetch_partition(0), reading=reading)
    start = trio.current_time()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(waiting.call, wanted, FetchResponse)
        await trio.testing.wait_all_tasks_blocked()
        await other.call(MetadataRequest(topics=()), MetadataResponse)
        await broker.append(topic, b"enough")
    took = trio.current_time() - start
    expect_wait(took, ms_max=4_000)


@case(
    "order.records",
    level=MUST,
    cites="Kafka documentation, Guarantees: records are appended in the order sent",
    apis={"Produce": "0+", "Fetch": "0+"},
)
async def test_records_are_read_in_the_order_they_were_sent(
    broker: Subject, version: int
) -> None:
    """What one producer sends to a partition is read in that order."""
    topic = await broker.topic()
    values = [b"%d" % number for number in range(30)]
    for start in range(0, 30, 3):
        await broker.append(topic, *values[start : start + 3])
    read = await broker.read(topic, len(values))
    expect("the values", [it.value for it in read], values)
    expect("the version of Produce", broker.version("Produce"), version)
