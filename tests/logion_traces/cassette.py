"""A broker that answers from a trace: what replays are tested against."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from itertools import count
from typing import Any

import trio
from logion.protocol.headers import encode_response
from logion_traces.exchanges import Exchange, exchanges
from logion_traces.format import Direction, Trace
from logion_traces.frames import FrameCutter

Change = Callable[[Exchange, Any], Any]
"""From an exchange and its recorded response to the one that is given instead."""


SILENCE = object()
"""A response that is never sent."""


def as_recorded(_: Exchange, response: Any) -> Any:
    """Answer what the recorded broker answered."""
    return response


@asynccontextmanager
async def cassette(trace: Trace, change: Change = as_recorded) -> AsyncIterator[int]:
    """Serve the trace's answers, connection by connection; yields the port.

    A change to None closes the connection instead, one to SILENCE keeps it open.
    """
    found = [each for each in exchanges(trace) if each.response is not None]
    numbers = count()

    async def serve(stream: trio.SocketStream) -> None:
        number = next(numbers)
        answers = iter([each for each in found if each.connection == number])
        cutter = FrameCutter()
        while chunk := await stream.receive_some(65_536):
            for _ in cutter.frames_in(bytes(chunk)):
                exchange = next(answers)
                response = change(exchange, exchange.response)
                if response is None:
                    return
                if response is SILENCE:
                    continue
                await stream.send_all(_frame(exchange, response))

    async with trio.open_nursery() as nursery:
        listeners = await nursery.start(trio.serve_tcp, serve, 0)
        yield listeners[0].socket.getsockname()[1]
        nursery.cancel_scope.cancel()


def _frame(exchange: Exchange, response: Any) -> bytes:
    assert exchange.header is not None
    header = exchange.header
    pieces = encode_response(response, header.api_version, header.correlation_id)
    return b"".join(map(bytes, pieces))


def answered(trace: Trace) -> int:
    """Return how many responses a trace has."""
    return sum(frame.direction is Direction.RESPONSE for frame in trace.frames)
