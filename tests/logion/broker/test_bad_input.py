"""Whatever bytes come in, the broker goes on: no crash, no hang, bounded memory."""

from __future__ import annotations

import logging
import tracemalloc
from collections.abc import Sequence
from random import Random

import pytest
import trio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from logion.broker.connection import Connection
from logion.protocol.headers import encode_request
from logion.protocol.messages.api_versions import ApiVersionsRequest
from logion.records.codec import Codec
from logion.records.record import BatchOptions

from tests.effort import examples
from tests.logion.broker.frames import RequestMaker, resized, spoilt
from tests.logion.broker.running import Running, batch, idempotent, running

RELEASES = ("4.3", "4.3", "2.8", "0.10.0", "0.8.2")
FRAMES = 30
PATIENCE_S = 5
"""Far longer than any request may keep the broker busy."""
WAIT_S = 0.002
"""A fetch or a join may wait for years; nobody waits with it for longer than this."""

RECORDS = (
    b"",
    batch(b"a"),
    batch(b"a", b"b") * 2,
    batch(b"x" * 1000, options=BatchOptions(codec=Codec.GZIP)),
    idempotent(0),
    idempotent(1, b"v"),
)


FETCH, JOIN_GROUP, SYNC_GROUP = 1, 11, 14
MAY_WAIT = {FETCH, JOIN_GROUP, SYNC_GROUP}
PRODUCE, ACLS = 0, {29, 30, 31}
MAY_BE_SILENT = {PRODUCE} | ACLS | MAY_WAIT
"""Produce with acks=0 has no answer, nor has what names kinds of resources or patterns
that no release knows; others may wait for longer than we do."""


class ScriptedTransport:
    """A client that sends some bytes, some at a time, and closes."""

    peer = "10.0.0.1:1"

    def __init__(self, data: bytes, chunk: int) -> None:
        """Send `data` in pieces of `chunk` bytes."""
        self._data = memoryview(data)
        self._chunk = chunk
        self._may_wait = api_of(data) in MAY_WAIT
        self.is_closed = False
        self.answers = 0
        self.patience = trio.CancelScope()

    async def receive_into(self, buffer: memoryview) -> int:
        """Store the next piece; 0 at the end."""
        await trio.lowlevel.checkpoint()
        count = min(len(buffer), self._chunk, len(self._data))
        buffer[:count] = self._data[:count]
        self._data = self._data[count:]
        if not self._data and self._may_wait:
            self.patience.deadline = trio.current_time() + WAIT_S
        return count

    async def send(self, pieces: Sequence[object]) -> None:
        """Take an answer."""
        await trio.lowlevel.checkpoint()
        assert pieces
        self.answers += 1

    def is_lost(self) -> bool:
        """Tell whether all was sent."""
        return not self._data

    def close(self) -> None:
        """Be closed."""
        self.is_closed = True


async def serve(broker: Running, data: bytes, chunk: int = 4096) -> int:
    """Let a connection send `data` and close; return how many answers there were."""
    transport = ScriptedTransport(data, chunk)
    connection = Connection(broker.state, transport, "PLAINTEXT")
    with trio.fail_after(PATIENCE_S), transport.patience:
        await connection.serve()
    assert transport.is_closed, "the connection is closed at the end"
    return transport.answers


def api_of(frame: bytes) -> int:
    """Return the API key of a frame with its size in front."""
    return int.from_bytes(frame[4:6])


async def storm(random: Random) -> None:
    """Send spoilt requests of every kind, then see that the broker still answers."""
    async with running(release=random.choice(RELEASES)) as broker:
        await broker.create("t", 2)
        await broker.create("u")
        ids = [broker.topic_id("t"), broker.topic_id("u")]
        maker = RequestMaker(random, ids, RECORDS)
        for _ in range(FRAMES):
            frame = maker.frame(broker.state.doorkeeper.served)
            sent = spoilt(random, frame, chance=0.6)
            if random.random() < 0.8:
                sent = resized(sent)
            answers = await serve(broker, sent, random.choice((1, 7, 4096)))
            if sent == frame and api_of(frame) not in MAY_BE_SILENT:
                assert answers == 1, f"a whole request has an answer: {frame.hex()}"
        await broker.create("still-alive")
        magic = broker.state.release.message_format
        alive = batch(b"v", options=BatchOptions(magic=magic))
        assert broker.partition("still-alive").append(
            memoryview(bytearray(alive)), version=3 if magic == 2 else magic, acks=1
        )


@settings(
    max_examples=examples(60),
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(seed=st.integers(0, 2**32))
def test_no_request_however_spoilt_stops_the_broker(
    seed: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.clear()
    with caplog.at_level(logging.ERROR):
        trio.run(storm, Random(seed))
    assert not caplog.records, caplog.text


@settings(
    max_examples=30,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(streams=st.lists(st.binary(max_size=200), min_size=1, max_size=30))
def test_random_bytes_close_the_connection_and_nothing_else(
    streams: list[bytes], caplog: pytest.LogCaptureFixture
) -> None:
    async def send_all() -> None:
        async with running() as broker:
            for stream in streams:
                await serve(broker, stream)
                await serve(broker, len(stream).to_bytes(4) + stream)

    caplog.clear()
    with caplog.at_level(logging.ERROR):
        trio.run(send_all)
    assert not caplog.records, caplog.text


async def test_a_claimed_size_is_not_allocated_before_the_bytes_are_there() -> None:
    async with running() as broker:
        await serve(broker, b"")  # what is imported on the way is not counted
        tracemalloc.start()
        try:
            await serve(broker, (90_000_000).to_bytes(4) + bytes(1000))
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    assert peak < 1_000_000


@pytest.mark.parametrize("version", [0, 9])
async def test_a_claimed_count_is_not_allocated_either(version: int) -> None:
    many = b"\x7f\xff\xff\xff" if version == 0 else b"\xff\xff\xff\xff\x07"
    header = b"\x00\x03" + version.to_bytes(2) + bytes(4) + b"\xff\xff"
    body = header + (b"" if version == 0 else b"\x00") + many + bytes(100)
    async with running(release="2.8") as broker:
        await serve(broker, len(body).to_bytes(4) + body)
        tracemalloc.start()
        try:
            await serve(broker, len(body).to_bytes(4) + body)
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    assert peak < 1_000_000


async def test_one_line_says_why_a_connection_was_closed(
    caplog: pytest.LogCaptureFixture,
) -> None:
    pieces = encode_request(ApiVersionsRequest(), 0, 1, "c")
    frame = b"".join(bytes(piece) for piece in pieces)
    async with running() as broker:
        caplog.clear()
        await serve(broker, frame + b"\x7f\xff\xff\xff")
    (line,) = [it for it in caplog.records if it.levelno >= logging.WARNING]
    assert "10.0.0.1:1" in line.getMessage()
    assert "2147483647" in line.getMessage()
