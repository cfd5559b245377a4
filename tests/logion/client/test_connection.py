from __future__ import annotations

from functools import partial

import pytest
import trio
import trio.testing
from logion.client.connection import (
    Address,
    Connection,
    Exchange,
    Options,
    address_of,
    connect,
    read_versions,
)
from logion.client.versions import VersionRange
from logion.protocol.apis import METADATA
from logion.protocol.codec import encode
from logion.protocol.errors import ApiError, Error, ProtocolError
from logion.protocol.headers import encode_response
from logion.protocol.messages.api_versions import (
    ApiVersion,
    ApiVersionsResponse,
)
from logion.protocol.messages.metadata import MetadataRequest, MetadataResponse
from logion.protocol.releases import release

from tests.logion.client.small_broker import SPOKEN, running

NO_TOPICS = MetadataRequest(topics=())
EMPTY = MetadataResponse(brokers=(), topics=())


def answer_to(correlation_id: int) -> bytes:
    return b"".join(encode_response(EMPTY, 1, correlation_id))


async def ask(connection: Connection) -> MetadataResponse:
    return await connection.call(NO_TOPICS, MetadataResponse, version=1)


def pair(
    options: Options | None = None,
) -> tuple[Connection, trio.StapledStream[trio.abc.SendStream, trio.abc.ReceiveStream]]:
    ours, theirs = trio.testing.memory_stream_pair()
    return Connection(ours, options or Options()), theirs


async def test_a_connection_knows_what_its_broker_speaks() -> None:
    async with running() as broker, await connect(broker.address) as connection:
        assert connection.versions.newest(3) == SPOKEN["Metadata"][1]


async def test_an_older_broker_is_asked_again_in_a_version_it_knows() -> None:
    spoken = {"ApiVersions": (0, 1), "Metadata": (0, 4)}
    async with running(spoken=spoken) as broker, await connect(broker.address) as old:
        assert old.versions.newest(3) == 4
    assert broker.asked == [("ApiVersions", 4), ("ApiVersions", 1)]


async def test_a_broker_that_hangs_up_is_taken_for_the_release_given() -> None:
    async with running(spoken={"Metadata": (0, 0)}) as broker:
        options = Options(fallback=release("0.8.2"))
        async with await connect(broker.address, options) as connection:
            came = await connection.call(NO_TOPICS, MetadataResponse)
    assert came.brokers[0].port == broker.port


async def test_a_broker_that_hangs_up_is_an_error_without_a_release() -> None:
    async with running(spoken={"Metadata": (0, 0)}) as broker:
        with pytest.raises(ApiError, match="closed the connection"):
            await connect(broker.address)


async def test_nobody_to_connect_to_is_an_error_that_may_pass() -> None:
    with pytest.raises(ApiError) as refused:
        await connect(Address("127.0.0.1", 1))
    assert refused.value.error is Error.NETWORK_EXCEPTION
    assert refused.value.error.retriable


async def test_versions_stay_within_the_limits_of_the_options() -> None:
    options = Options(limits={3: VersionRange(0, 2)})
    async with running() as broker, await connect(broker.address, options) as opened:
        await opened.call(NO_TOPICS, MetadataResponse)
    assert broker.asked[-1] == ("Metadata", 2)


async def test_a_broker_is_asked_for_its_versions_within_the_limits_too() -> None:
    options = Options(limits={18: VersionRange(0, 0)})
    async with running() as broker, await connect(broker.address, options):
        assert broker.asked == [("ApiVersions", 0)]


async def test_answers_go_to_their_requests_when_several_wait() -> None:
    connection, peer = pair()
    answered: list[int] = []

    async def call(number: int) -> None:
        await ask(connection)
        answered.append(number)

    async with trio.open_nursery() as nursery:
        for number in range(5):
            nursery.start_soon(call, number)
            await trio.testing.wait_all_tasks_blocked()
        for correlation_id in range(1, 6):
            await peer.send_all(answer_to(correlation_id))
    assert answered == [0, 1, 2, 3, 4]


async def test_an_answer_may_come_in_any_pieces() -> None:
    connection, peer = pair()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(ask, connection)
        for byte in answer_to(1):
            await trio.testing.wait_all_tasks_blocked()
            await peer.send_all(bytes([byte]))
    assert connection.is_open


async def test_an_answer_to_another_request_ends_the_connection() -> None:
    connection, peer = pair()
    await peer.send_all(answer_to(7))
    with pytest.raises(ProtocolError, match="to request 7; expected the one to 1"):
        await ask(connection)
    assert not connection.is_open


async def test_a_call_that_is_given_up_ends_the_connection() -> None:
    connection, _ = pair()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(ask, connection)
        await trio.testing.wait_all_tasks_blocked()
        nursery.cancel_scope.cancel()
    with pytest.raises(ApiError, match="given up"):
        await ask(connection)


async def test_those_who_wait_behind_a_failure_fail_too() -> None:
    connection, peer = pair()
    failures: list[str] = []

    async def call() -> None:
        try:
            await ask(connection)
        except (ApiError, ProtocolError) as failure:
            failures.append(type(failure).__name__)

    async with trio.open_nursery() as nursery:
        nursery.start_soon(call)
        nursery.start_soon(call)
        await trio.testing.wait_all_tasks_blocked()
        await peer.send_all(answer_to(99))
    assert sorted(failures) == ["ApiError", "ProtocolError"]


async def test_a_silent_broker_is_waited_for_no_longer_than_told(
    autojump_clock: trio.testing.MockClock,
) -> None:
    connection, _ = pair(Options(timeout_s=30))
    with pytest.raises(ApiError, match="no answer within 30 s") as late:
        await ask(connection)
    assert late.value.error is Error.REQUEST_TIMED_OUT


async def test_bytes_after_an_answer_are_refused_by_who_wants_it_exact() -> None:
    long = len(answer_to(1)) - 4 + 1
    answer = long.to_bytes(4) + answer_to(1)[4:] + b"!"
    tolerant, peer = pair()
    await peer.send_all(answer)
    assert await ask(tolerant) == EMPTY
    strict, peer = pair(Options(is_exact=True))
    await peer.send_all(answer)
    with pytest.raises(ProtocolError, match="found 1 more"):
        await ask(strict)
    lenient, peer = pair(Options(is_exact=True, lenient=frozenset({METADATA})))
    await peer.send_all(answer)
    assert await ask(lenient) == EMPTY


async def test_every_call_is_observed_with_what_came_of_it() -> None:
    seen: list[Exchange] = []
    connection, peer = pair(Options(observe=seen.append))
    await peer.send_all(answer_to(1))
    await ask(connection)
    await peer.aclose()
    with pytest.raises(ApiError):
        await ask(connection)
    assert seen[0][:4] == (NO_TOPICS, 1, 1, EMPTY)
    assert seen[0].sent[:8] == bytes((0, 3, 0, 1, 0, 0, 0, 1))
    assert seen[0].came == answer_to(1)[4:]
    assert isinstance(seen[1].answer, ApiError)


async def test_what_is_only_told_waits_for_no_answer() -> None:
    connection, peer = pair()
    await connection.tell(NO_TOPICS, version=1)
    sent = await peer.receive_some()
    assert int.from_bytes(sent[:4]) == len(sent) - 4


async def test_a_frame_is_received_as_it_is_and_the_end_as_none() -> None:
    connection, peer = pair()
    await peer.send_all(answer_to(5))
    assert await connection.receive() == answer_to(5)[4:]
    await peer.aclose()
    assert await connection.receive() is None


async def test_a_broker_that_need_not_be_asked_is_believed_to_be_the_fallback(
    nursery: trio.Nursery,
) -> None:
    heard: list[bytes] = []

    async def listen(stream: trio.SocketStream) -> None:
        heard.extend([chunk async for chunk in stream])

    listeners = await nursery.start(
        partial(trio.serve_tcp, listen, 0, host="127.0.0.1")
    )
    port = listeners[0].socket.getsockname()[1]
    options = Options(fallback=release("0.9.0"), is_asked=False)
    async with await connect(Address("127.0.0.1", port), options) as connection:
        assert connection.versions.spoken[3] == (0, 0)
    nursery.cancel_scope.cancel()
    assert heard == []


async def test_a_closed_connection_takes_no_calls() -> None:
    connection, _ = pair()
    await connection.aclose()
    with pytest.raises(ApiError, match="the connection was closed"):
        await connection.tell(NO_TOPICS, version=1)


def test_an_unknown_apiversions_is_read_in_version_0() -> None:
    row = ApiVersion(api_key=18, min_version=0, max_version=3)
    refusal = ApiVersionsResponse(error_code=35, api_keys=(row,))
    assert read_versions(bytes(4) + encode(refusal, 0), 4) == refusal


@pytest.mark.parametrize(
    "text", ["host", "host:", ":9", "host:x", "host:65536", "host:²", "http://host:80"]
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no HOST:PORT"):
        address_of(text)


def test_an_address_reads_as_it_is_written() -> None:
    assert address_of("[::1]:9092") == Address("::1", 9092)
    assert str(Address("::1", 9092)) == "[::1]:9092"
    assert str(address_of("localhost:1")) == "localhost:1"
