"""Puts the requests of a trace to another broker and compares its answers.

Frames are replayed in recorded order: a request is sent when its turn comes, and where
the trace has a response, the next frame of that connection is awaited. So what had
happened before a request was recorded has happened before it is replayed. Requests go
out byte for byte, unless they hold a name that the broker chose (`diff.CHOSEN`): these
are rewritten to the names that the new broker chose for the same things.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import trio
from logion.protocol.errors import ProtocolError
from logion.protocol.headers import encode_request

from logion_traces.diff import Bindings, Difference, compare, translated
from logion_traces.exchanges import Exchange, decode_response, exchanges
from logion_traces.format import Direction, Trace
from logion_traces.frames import FrameCutter

CHUNK = 65_536
"""Bytes read at a time."""

NO_ANSWER = "no answer"
"""Stands for the answer of a broker that closed the connection or took too long."""


class Outcome(NamedTuple):
    """A request of the trace, what the new broker answered, and how that differs."""

    exchange: Exchange
    replayed: Any
    differences: Sequence[Difference]


@dataclass(slots=True)
class _Connection:
    """One stream to the new broker."""

    stream: trio.abc.Stream
    cutter: FrameCutter = field(default_factory=FrameCutter)
    arrived: deque[bytes] = field(default_factory=deque)

    async def receive(self) -> bytes | None:
        """Return the next frame, or None if the broker closed or spoke nonsense."""
        try:
            while not self.arrived:
                chunk = await self.stream.receive_some(CHUNK)
                if not chunk:
                    return None
                self.arrived.extend(self.cutter.frames_in(bytes(chunk)))
        except (trio.BrokenResourceError, ProtocolError):
            return None
        return self.arrived.popleft()


@dataclass(slots=True)
class _Replay:
    address: tuple[str, int]
    timeout_s: float
    apis: frozenset[int]
    bindings: Bindings = field(default_factory=Bindings)
    connections: dict[int, _Connection] = field(default_factory=dict)

    async def connection(self, number: int) -> _Connection:
        """Return the stream that stands for this recorded connection."""
        if number not in self.connections:
            stream = await trio.open_tcp_stream(*self.address)
            self.connections[number] = _Connection(stream)
        return self.connections[number]

    async def send(self, exchange: Exchange, frame: bytes) -> None:
        """Send a request; a broker that has closed shows when its answer is missed."""
        connection = await self.connection(exchange.connection)
        try:
            await connection.stream.send_all(self._request(exchange, frame))
        except trio.BrokenResourceError:
            return

    def _request(self, exchange: Exchange, frame: bytes) -> bytes:
        header, request = exchange.header, exchange.request
        same = header is None or isinstance(request, str)
        rewritten = request if same else translated(request, self.bindings)
        if header is None or rewritten is request:
            return len(frame).to_bytes(4, "big") + frame
        pieces = encode_request(
            rewritten,
            header.api_version,
            header.correlation_id,
            header.client_id,
        )
        return b"".join(map(bytes, pieces))

    async def answer(self, exchange: Exchange) -> Outcome:
        """Await the answer to a request, and compare it with the recorded one."""
        replayed: Any = NO_ANSWER
        connection = await self.connection(exchange.connection)
        with trio.move_on_after(self.timeout_s):
            frame = await connection.receive()
            if frame is not None and exchange.header is not None:
                replayed = decode_response(exchange.header, frame)
        found = compare(exchange.response, replayed, self.bindings, apis=self.apis)
        return Outcome(exchange, replayed, found)

    async def close(self) -> None:
        """Close every connection."""
        for connection in self.connections.values():
            await trio.aclose_forcefully(connection.stream)


async def replay(
    trace: Trace, host: str, port: int, *, timeout_s: float = 10.0
) -> list[Outcome]:
    """Return the outcome of every answered request, in the order of the answers.

    `timeout_s` bounds the wait for each answer. Raises OSError if the broker cannot be
    reached.
    """
    found = exchanges(trace)
    keys = (each.header.api_key for each in found if each.header is not None)
    running = _Replay((host, port), timeout_s, frozenset(keys))
    try:
        return await _in_order(trace, found, running)
    finally:
        await running.close()


async def _in_order(
    trace: Trace, found: list[Exchange], running: _Replay
) -> list[Outcome]:
    requests: Mapping[int, Exchange] = {each.request_index: each for each in found}
    answers = {each.response_index: each for each in found}
    outcomes: list[Outcome] = []
    for index, frame in enumerate(trace.frames):
        if frame.direction is Direction.REQUEST:
            await running.send(requests[index], frame.data)
        elif index in answers:
            outcomes.append(await running.answer(answers[index]))
    return outcomes
