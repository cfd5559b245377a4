"""One client's connection: requests in, answers out, in order."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest
import trio
from logion.broker import connection, context
from logion.broker.connection import Connection
from logion.client.connection import connect
from logion.disk import FileSlice
from logion.protocol.errors import ApiError
from logion.protocol.headers import encode_request
from logion.protocol.messages.fetch import FetchResponse
from logion.protocol.messages.metadata import MetadataRequest

from tests.logion.broker.running import Running, batch, fetch_request, running

METADATA = MetadataRequest(topics=())


def framed(request: Any, version: int, correlation_id: int = 1) -> bytes:
    """Return a request with its size in front."""
    pieces = encode_request(request, version, correlation_id, "c")
    return b"".join(bytes(piece) for piece in pieces)


def header(api_key: int, version: int) -> bytes:
    """Return a request that is nothing but a header, with its size in front."""
    body = api_key.to_bytes(2) + version.to_bytes(2) + bytes(4) + b"\xff\xff"
    return len(body).to_bytes(4) + body


class PipeTransport:
    """A client in memory: what it sends is put in, what it gets is taken out."""

    peer = "10.0.0.1:1"

    def __init__(self) -> None:
        """Send nothing yet."""
        self._put, self._take = trio.open_memory_channel[bytes](100)
        self._left = b""
        self.sent: list[bytes] = []
        self._was_sent = trio.Event()
        self.is_closed = False

    def put(self, data: bytes) -> None:
        """Let the client send `data`."""
        self._put.send_nowait(data)

    def end(self) -> None:
        """Let the client close."""
        self._put.close()

    async def receive_into(self, buffer: memoryview) -> int:
        """Return what comes next; 0 at the end."""
        if not self._left:
            try:
                self._left = await self._take.receive()
            except trio.EndOfChannel:
                return 0
        count = min(len(buffer), len(self._left))
        buffer[:count] = self._left[:count]
        self._left = self._left[count:]
        return count

    async def send(self, pieces: Sequence[Any]) -> None:
        """Take an answer."""
        await trio.lowlevel.checkpoint()
        self.sent.append(
            b"".join(
                it.read() if isinstance(it, FileSlice) else bytes(it) for it in pieces
            )
        )
        self._was_sent.set()
        self._was_sent = trio.Event()

    async def answered(self, count: int) -> None:
        """Return once there are so many answers."""
        while len(self.sent) < count:
            await self._was_sent.wait()

    def is_lost(self) -> bool:
        """Tell whether the client has closed."""
        return self._take.statistics().open_send_channels == 0

    def close(self) -> None:
        """Be closed."""
        self.is_closed = True

    @property
    def correlation_ids(self) -> list[int]:
        """Return the ids of the answers, in their order."""
        return [int.from_bytes(it[4:8]) for it in self.sent]


@asynccontextmanager
async def connected(broker: Running) -> AsyncIterator[PipeTransport]:
    """Give a client of `broker`; the connection ends with the block."""
    transport = PipeTransport()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(Connection(broker.state, transport, "PLAINTEXT").serve)
        yield transport
        transport.end()
    assert transport.is_closed


async def test_requests_are_answered_in_the_order_they_came() -> None:
    async with running() as broker, connected(broker) as client:
        client.put(b"".join(framed(METADATA, 1, it) for it in range(5)))
    assert client.correlation_ids == list(range(5))


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
async def test_requests_survive_any_chunking(size: int) -> None:
    stream = framed(METADATA, 1, 1) + framed(METADATA, 9, 2)
    async with running() as broker, connected(broker) as client:
        for start in range(0, len(stream), size):
            client.put(stream[start : start + size])
    assert client.correlation_ids == [1, 2]


async def test_one_client_that_waits_does_not_hold_up_another() -> None:
    async with running() as broker:
        await broker.create("t")
        async with connected(broker) as waiting, connected(broker) as other:
            waiting.put(framed(fetch_request("t", max_wait_ms=60_000), 12))
            await trio.testing.wait_all_tasks_blocked()
            other.put(framed(METADATA, 1))
            await trio.testing.wait_all_tasks_blocked()
            assert (len(waiting.sent), len(other.sent)) == (0, 1)
            await broker.produce("t", batch(b"v"))
    assert len(waiting.sent) == 1


async def test_a_fetch_does_not_wait_for_a_client_that_has_gone(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    monkeypatch.setattr(context, "LOOK_AGAIN_S", 0.001)
    async with running() as broker:
        await broker.create("t")
        with trio.fail_after(5):
            async with connected(broker) as client:
                client.put(framed(fetch_request("t", max_wait_ms=2**31 - 1), 12))
                await trio.testing.wait_all_tasks_blocked()
    assert client.sent == []
    assert "lost 10.0.0.1:1: it closed while its request waited" in caplog.text


async def test_the_second_request_of_a_connection_waits_for_the_first() -> None:
    async with running() as broker:
        await broker.create("t")
        async with connected(broker) as client:
            client.put(framed(fetch_request("t", max_wait_ms=60_000), 12, 1))
            client.put(framed(METADATA, 1, 2))
            await trio.testing.wait_all_tasks_blocked()
            assert client.sent == []
            await broker.produce("t", batch(b"v"))
    assert client.correlation_ids == [1, 2]


@pytest.mark.parametrize(
    ("frame", "words"),
    [
        (header(999, 0), ("999", "release 4.3")),
        (header(3, 99), ("API 3", "version 99")),
        (b"\xff\xff\xff\xff", ("-1",)),
        (b"\x7f\xff\xff\xff", ("2147483647",)),
        (b"\x00\x00\x00\x00", ("request header", "0 bytes")),
        (header(3, 1), ("MetadataRequest", "v1")),
    ],
)
async def test_a_breach_of_the_protocol_closes_with_one_line_that_says_why(
    frame: bytes, words: Sequence[str], caplog: pytest.LogCaptureFixture
) -> None:
    async with running() as broker:
        caplog.clear()
        async with connected(broker) as client:
            client.put(frame)
    assert client.sent == []
    (line,) = [it for it in caplog.records if it.levelno == logging.WARNING]
    for word in ("10.0.0.1:1", *words):
        assert word in line.getMessage()


async def test_0_9_is_silent_and_goes_on_where_others_close() -> None:
    async with running(release="0.9.0") as broker, connected(broker) as client:
        client.put(header(999, 0) + framed(METADATA, 0, 7))
    assert client.correlation_ids == [7]


async def test_0_8_reads_an_unknown_version_as_the_newest_it_knows() -> None:
    frame = bytearray(framed(METADATA, 0, 7))
    frame[6:8] = (9).to_bytes(2)
    async with running(release="0.8.2") as broker, connected(broker) as client:
        client.put(bytes(frame))
    assert client.correlation_ids == [7]


async def test_a_defect_met_by_one_client_ends_no_other(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def defect(*_: Any) -> None:
        raise ZeroDivisionError

    async with running() as broker, connected(broker) as other:
        with monkeypatch.context() as patch:
            patch.setattr(connection, "handler", lambda _: defect)
            async with connected(broker) as client:
                client.put(framed(METADATA, 1))
        await trio.testing.wait_all_tasks_blocked()
        other.put(framed(fetch_request(None), 12))
    assert client.sent == []
    assert len(other.sent) == 1
    (line,) = [it for it in caplog.records if it.levelno == logging.ERROR]
    assert line.exc_info is not None


async def test_a_lost_connection_is_nothing_to_worry_about(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with running() as broker:
        caplog.clear()
        other = await connect(broker.address)
        await other.aclose()
        with pytest.raises(ApiError):
            await other.call(fetch_request(None), FetchResponse, version=12)
        await trio.testing.wait_all_tasks_blocked(0.01)
    assert not [it for it in caplog.records if it.levelno >= logging.WARNING]
