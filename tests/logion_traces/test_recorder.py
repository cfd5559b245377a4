from __future__ import annotations

from functools import partial

import trio
from logion_traces.format import Direction, Frame
from logion_traces.recorder import record

REQUEST = (5).to_bytes(4, "big") + b"asked"
RESPONSE = (4).to_bytes(4, "big") + b"said"


async def answer(stream: trio.SocketStream) -> None:
    """Be a broker that has one answer to everything, in two pieces."""
    while await stream.receive_some(100):
        await stream.send_all(RESPONSE[:6])
        await stream.send_all(RESPONSE[6:])


async def start(nursery: trio.Nursery, frames: list[Frame]) -> int:
    """Start that broker and a proxy before it; return the proxy's port."""
    listeners = await nursery.start(
        partial(trio.serve_tcp, answer, 0, host="127.0.0.1")
    )
    broker = listeners[0].socket.getsockname()[:2]
    port: int = await nursery.start(partial(record, broker, frames.append))
    return port


async def exactly(stream: trio.SocketStream, size: int) -> bytes:
    """Return the next `size` bytes."""
    data = b""
    while len(data) < size:
        data += await stream.receive_some(size - len(data))
    return data


async def test_bytes_pass_unchanged_and_each_frame_is_kept(
    nursery: trio.Nursery,
) -> None:
    frames: list[Frame] = []
    port = await start(nursery, frames)
    async with await trio.open_tcp_stream("127.0.0.1", port) as one:
        await one.send_all(REQUEST)
        assert await exactly(one, len(RESPONSE)) == RESPONSE
        async with await trio.open_tcp_stream("127.0.0.1", port) as other:
            await other.send_all(REQUEST)
            assert await exactly(other, len(RESPONSE)) == RESPONSE
    assert [(frame.connection, frame.direction, frame.data) for frame in frames] == [
        (0, Direction.REQUEST, b"asked"),
        (0, Direction.RESPONSE, b"said"),
        (1, Direction.REQUEST, b"asked"),
        (1, Direction.RESPONSE, b"said"),
    ]
    times = [frame.t_ms for frame in frames]
    assert times == sorted(times)


async def test_a_stream_that_is_not_kafkas_is_forwarded_but_not_recorded(
    nursery: trio.Nursery,
) -> None:
    frames: list[Frame] = []
    port = await start(nursery, frames)
    async with await trio.open_tcp_stream("127.0.0.1", port) as stream:
        await stream.send_all(b"\xff" * 8)
        assert await exactly(stream, len(RESPONSE)) == RESPONSE
        await stream.send_all(REQUEST)
        assert await exactly(stream, len(RESPONSE)) == RESPONSE
    assert {frame.direction for frame in frames} == {Direction.RESPONSE}


async def test_the_client_sees_the_broker_close(nursery: trio.Nursery) -> None:
    listeners = await trio.open_tcp_listeners(0, host="127.0.0.1")
    broker = listeners[0].socket.getsockname()[:2]
    port: int = await nursery.start(partial(record, broker, [].append))
    client = await trio.open_tcp_stream("127.0.0.1", port)
    await (await listeners[0].accept()).aclose()
    assert await client.receive_some(1) == b""
    await client.aclose()
    await listeners[0].aclose()


async def test_without_a_broker_the_client_is_turned_away(
    nursery: trio.Nursery,
) -> None:
    listeners = await trio.open_tcp_listeners(0, host="127.0.0.1")
    broker = listeners[0].socket.getsockname()[:2]
    await listeners[0].aclose()
    port: int = await nursery.start(partial(record, broker, [].append))
    async with await trio.open_tcp_stream("127.0.0.1", port) as client:
        assert await client.receive_some(1) == b""
