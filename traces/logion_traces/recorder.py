"""A proxy that forwards bytes unchanged and keeps the frames that pass.

Clients connect to the proxy; the broker behind it must advertise the proxy's address,
or clients would leave after their first Metadata. If a stream turns out not to be
Kafka's, its bytes are still forwarded, only not recorded.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import count
from typing import TypeAlias

import trio
from logion.protocol.errors import ProtocolError

from logion_traces.format import Direction, Frame
from logion_traces.frames import FrameCutter

Sink: TypeAlias = Callable[[Frame], None]
"""Takes each frame, in the order in which the proxy saw them."""

CHUNK = 65_536
"""Bytes read at a time."""

LOOPBACK = "127.0.0.1"


async def record(
    upstream: tuple[str, int],
    sink: Sink,
    *,
    port: int = 0,
    task_status: trio.TaskStatus[int] = trio.TASK_STATUS_IGNORED,
) -> None:
    """Serve on 127.0.0.1 until cancelled; starts with the port it listens on.

    Frames carry the milliseconds since then.
    """
    began = trio.current_time()
    numbers = count()

    def keep(connection: int, direction: Direction, data: bytes) -> None:
        t_ms = int((trio.current_time() - began) * 1000)
        sink(Frame(connection, direction, t_ms, data))

    async def serve(client: trio.SocketStream) -> None:
        await _proxy(client, upstream, partial(keep, next(numbers)))

    async with trio.open_nursery() as nursery:
        listeners = await nursery.start(
            partial(trio.serve_tcp, serve, port, host=LOOPBACK)
        )
        task_status.started(listeners[0].socket.getsockname()[1])


Keep: TypeAlias = Callable[[Direction, bytes], None]


async def _proxy(
    client: trio.abc.Stream, upstream: tuple[str, int], keep: Keep
) -> None:
    """Connect the two ends and return when either has closed."""
    try:
        broker = await trio.open_tcp_stream(*upstream)
    except OSError:
        await client.aclose()  # the client sees what it would see without us
        return
    async with client, broker, trio.open_nursery() as nursery:
        requests = partial(keep, Direction.REQUEST)
        responses = partial(keep, Direction.RESPONSE)
        nursery.start_soon(_forward, client, broker, requests, nursery.cancel_scope)
        nursery.start_soon(_forward, broker, client, responses, nursery.cancel_scope)


async def _forward(
    source: trio.abc.ReceiveStream,
    target: trio.abc.SendStream,
    keep: Callable[[bytes], None],
    end: trio.CancelScope,
) -> None:
    """Pass on what arrives, recording before sending: order then means cause."""
    cutter: FrameCutter | None = FrameCutter()
    try:
        while chunk := await source.receive_some(CHUNK):
            if cutter is not None:
                try:
                    for frame in cutter.frames_in(bytes(chunk)):
                        keep(frame)
                except ProtocolError:
                    cutter = None
            await target.send_all(chunk)
    except (trio.BrokenResourceError, trio.ClosedResourceError):
        pass  # either end may vanish at any time
    end.cancel()
