"""What quotas make of one request: it is measured, and its answer says the pause."""

from __future__ import annotations

from typing import Any

import pytest
import trio
from logion.broker import context as contexts
from logion.broker.context import Context
from logion.broker.dispatch import handler
from logion.broker.throttling import Meter
from logion.protocol.errors import Error
from logion.protocol.headers import read_response
from logion.protocol.messages.api_versions import ApiVersionsRequest
from logion.protocol.messages.fetch import FetchResponse
from logion.protocol.messages.metadata import MetadataRequest, MetadataResponse
from logion.protocol.messages.produce import ProduceResponse
from logion.protocol.schema import replace
from logion.testing.clock import FakeClock
from trio.testing import MockClock

from tests.logion.broker.quotas_set import limit_every_user
from tests.logion.broker.running import (
    Running,
    batch,
    fetch_request,
    produce_request,
    running,
)
from tests.logion.broker.test_connection import connected, framed

BIG = batch(bytes(20_000))
"""Records of two seconds, where 10,000 bytes a second are allowed for ten."""

PRODUCE_V, FETCH_V, METADATA_V = 9, 12, 9


async def produced(broker: Running, data: bytes, acks: int = 1) -> int:
    """Append to `t`; return the pause that the answer tells."""
    answer = await broker.ask(produce_request("t", data, acks=acks), PRODUCE_V)
    return int(answer.throttle_time_ms)


async def test_who_produces_too_much_is_told_how_long_to_pause() -> None:
    async with running() as broker:
        await broker.create("t")
        await limit_every_user(broker, producer_byte_rate=1000)
        pause_ms = await produced(broker, BIG)
        size = len(framed(produce_request("t", BIG), PRODUCE_V)) - 4
        told = size - 10_000  # a second of pause for each 1000 bytes too much
        assert pause_ms == pytest.approx(told, abs=60)  # the client's name is longer


async def test_the_answer_comes_first_and_the_connection_rests_afterwards(
    autojump_clock: MockClock,
) -> None:
    async with running() as broker:
        await broker.create("t")
        await limit_every_user(broker, producer_byte_rate=1000)
        async with connected(broker) as client:
            begun = trio.current_time()
            client.put(framed(produce_request("t", BIG), PRODUCE_V))
            await trio.testing.wait_all_tasks_blocked()
            assert len(client.sent) == 1
            assert trio.current_time() == begun
            _, answer = read_response(ProduceResponse, PRODUCE_V, client.sent[0][4:])
            assert answer.responses[0].partition_responses[0].error_code == Error.NONE
            client.put(framed(MetadataRequest(topics=()), METADATA_V))
            await client.answered(2)
            rested = trio.current_time() - begun
            assert rested == pytest.approx(answer.throttle_time_ms / 1000, abs=0.2)


async def test_a_request_that_is_not_measured_does_not_rest_for_the_one_before(
    autojump_clock: MockClock,
) -> None:
    async with running() as broker:
        await broker.create("t")
        await limit_every_user(broker, producer_byte_rate=1000)
        async with connected(broker) as client:
            client.put(framed(produce_request("t", BIG), PRODUCE_V))
            unknown_version = bytearray(framed(ApiVersionsRequest(), 4))
            unknown_version[7] = 99
            client.put(bytes(unknown_version))
            await client.answered(2)
            begun = trio.current_time()
            client.put(framed(MetadataRequest(topics=()), METADATA_V))
            await client.answered(3)
            assert trio.current_time() - begun < 1


async def test_before_2_0_the_answer_comes_after_the_pause(
    autojump_clock: MockClock,
) -> None:
    async with running(release="1.1") as broker:
        await broker.create("t")
        await limit_every_user(broker, producer_byte_rate=1000)
        async with connected(broker) as client:
            begun = trio.current_time()
            client.put(framed(produce_request("t", BIG), 5))
            await client.answered(1)
            _, answer = read_response(ProduceResponse, 5, client.sent[0][4:])
            waited = trio.current_time() - begun
            assert waited == pytest.approx(answer.throttle_time_ms / 1000, abs=0.2)


async def test_who_wants_no_answer_rests_all_the_same(
    autojump_clock: MockClock,
) -> None:
    async with running() as broker:
        await broker.create("t")
        await limit_every_user(broker, producer_byte_rate=1000)
        async with connected(broker) as client:
            begun = trio.current_time()
            client.put(framed(produce_request("t", BIG, acks=0), PRODUCE_V))
            client.put(framed(MetadataRequest(topics=()), METADATA_V))
            await client.answered(1)
            assert trio.current_time() - begun > 9


async def test_who_closes_while_it_rests_is_noticed(
    autojump_clock: MockClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(contexts, "LOOK_AGAIN_S", 0.5)
    async with running() as broker:
        await broker.create("t")
        await limit_every_user(broker, producer_byte_rate=1)
        begun = trio.current_time()
        async with connected(broker) as client:
            client.put(framed(produce_request("t", BIG), PRODUCE_V))
            await trio.testing.wait_all_tasks_blocked()
        assert trio.current_time() - begun == pytest.approx(0.5)


async def fetched(
    broker: Running, topic: str | None = "t", version: int = FETCH_V, **more: Any
) -> FetchResponse:
    """Return the answer to a fetch from the start of a topic; nobody rests."""
    request = fetch_request(topic, 0, **more)
    context = Context(1, version, 1, "c", "10.0.0.1:1", "PLAINTEXT")
    handle = Meter(broker.state, context, 100).around(handler(1))
    answer: FetchResponse = await handle(broker.state, context, request)
    return answer


def clock_of(broker: Running) -> FakeClock:
    """Return the clock that a broker reads."""
    assert isinstance(broker.clock, FakeClock)
    return broker.clock


async def test_who_fetches_too_much_gets_nothing_and_is_told_to_pause() -> None:
    async with running() as broker:
        await broker.create("t")
        await broker.produce("t", BIG)
        await limit_every_user(broker, consumer_byte_rate=2100)
        first, second = await fetched(broker), await fetched(broker)
        assert (first.throttle_time_ms, len(first.responses)) == (0, 1)
        assert second.throttle_time_ms > 0
        assert second.responses == ()
        clock_of(broker).advance(11_000)
        again = await fetched(broker)
        assert (again.throttle_time_ms, len(again.responses)) == (0, 1)


async def test_an_answer_that_is_measured_is_sent_as_it_was_encoded() -> None:
    async with running() as broker:
        await broker.create("t")
        await broker.produce("t", BIG)
        await limit_every_user(broker, consumer_byte_rate=10**6)
        context = Context(1, FETCH_V, 77, "c", "10.0.0.1:1", "PLAINTEXT")
        meter = Meter(broker.state, context, 100)
        handle = meter.around(handler(1))
        answer = await handle(broker.state, context, fetch_request("t", 0))
        pieces = meter.encoded(answer)
        assert pieces is meter.encoded(answer)
        size, number = bytes(pieces[0][:4]), bytes(pieces[0][4:8])
        assert int.from_bytes(size) == sum(map(len, pieces)) - 4
        assert int.from_bytes(number) == 77
        other = replace(answer, throttle_time_ms=5)
        assert meter.encoded(other) is not pieces


async def test_before_2_0_a_fetch_gives_what_is_too_much(
    autojump_clock: MockClock,
) -> None:
    async with running(release="1.1") as broker:
        await broker.create("t")
        await broker.produce("t", batch(bytes(1100)))
        await limit_every_user(broker, consumer_byte_rate=100)
        answer = await fetched(broker, version=5)
        assert 1000 < answer.throttle_time_ms < 3000
        assert len(answer.responses) == 1


async def test_a_fetch_asks_for_no_more_than_its_quota_can_give() -> None:
    async with running() as broker:
        await broker.create("t")
        for _ in range(5):
            await broker.produce("t", batch(bytes(1000)))
        await limit_every_user(broker, consumer_byte_rate=250)
        answer = await fetched(broker, min_bytes=5000, max_wait_ms=60_000)
    assert answer.throttle_time_ms < 500  # for what is around 2500 bytes of records


async def test_a_session_goes_on_as_if_nothing_had_been_told() -> None:
    async with running() as broker:
        await broker.create("t")
        await broker.produce("t", BIG)
        await limit_every_user(broker, consumer_byte_rate=10**6)
        opened = await fetched(broker, session=(0, 0))
        await limit_every_user(broker, consumer_byte_rate=1)
        refused = await fetched(broker, session=(opened.session_id, 1))
        assert refused.throttle_time_ms > 0
        assert (refused.session_id, refused.responses) == (opened.session_id, ())
        await limit_every_user(broker, consumer_byte_rate=10**6)
        answer = await fetched(broker, None, session=(opened.session_id, 2))
    assert len(answer.responses[0].partitions[0].records) == len(BIG)


async def test_a_session_is_not_begun_by_a_fetch_that_gives_nothing() -> None:
    async with running() as broker:
        await broker.create("t")
        await broker.produce("t", BIG)
        await limit_every_user(broker, consumer_byte_rate=1)
        refused = await fetched(broker, session=(0, 0))
        assert (refused.session_id, len(broker.state.fetch_sessions)) == (0, 0)


async def busy(broker: Running, milliseconds: int) -> int:
    """Answer a request that takes twice so long; return the pause."""
    clock = clock_of(broker)

    async def handle(state: object, context: Context, request: object) -> Any:
        clock.advance(milliseconds)
        await trio.lowlevel.checkpoint()
        clock.advance(milliseconds)
        return MetadataResponse(throttle_time_ms=0, brokers=(), topics=())

    context = Context(3, METADATA_V, 1, "c", "10.0.0.1:1", "PLAINTEXT")
    meter = Meter(broker.state, context, 10)
    answer = await meter.around(handle)(broker.state, context, None)
    assert answer.throttle_time_ms == meter.pause_ms
    assert meter.busy_s == pytest.approx(2 * milliseconds / 1000)
    return meter.pause_ms


async def test_who_takes_too_much_time_pauses_for_at_most_a_sample() -> None:
    async with running() as broker:
        await limit_every_user(broker, request_percentage=1)
        assert await busy(broker, 25) == 0
        assert await busy(broker, 40) == 1000
        clock_of(broker).advance(11_000)
        assert await busy(broker, 51) == 200


async def test_time_that_a_request_waits_does_not_count() -> None:
    async with running() as broker:
        waits = trio.Event()

        async def handle(state: object, context: Context, request: object) -> None:
            await waits.wait()

        context = Context(0, 9, 1, "c", "10.0.0.1:1", "PLAINTEXT")
        meter = Meter(broker.state, context, 10)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(meter.around(handle), broker.state, context, None)
            await trio.testing.wait_all_tasks_blocked()
            clock_of(broker).advance(60_000)
            waits.set()
        assert meter.busy_s == 0


async def test_a_request_that_is_cancelled_ends() -> None:
    async with running() as broker:

        async def handle(state: object, context: Context, request: object) -> None:
            await trio.sleep_forever()

        context = Context(0, 9, 1, "c", "10.0.0.1:1", "PLAINTEXT")
        meter = Meter(broker.state, context, 10)
        with trio.move_on_after(0) as scope:
            await meter.around(handle)(broker.state, context, None)
        assert scope.cancelled_caught


async def test_the_longest_pause_counts_and_before_2_0_their_sum() -> None:
    pauses = {}
    for release in ("1.1", "4.3"):
        async with running(release=release) as broker:
            await limit_every_user(broker, request_percentage=1, producer_byte_rate=100)
            context = Context(0, 5, 1, "c", "10.0.0.1:1", "PLAINTEXT")
            meter = Meter(broker.state, context, 1020)
            meter.busy_s = 0.105
            answer = ProduceResponse(responses=(), throttle_time_ms=0)
            pauses[release] = meter._pause_ms(answer)
    assert pauses == {"1.1": 700, "4.3": 500}
