"""Everything a case sends and gets, byte by byte.

The tape lies between the client and the network, so it has what cases say on bare
connections too, and nothing of what TLS and SASL need.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import trio
from logion.protocol.framing import SIZE_BYTES

from logion_conformance.securing import IN_CLEAR, Security

BYTES_MAX = 100_000
"""Bytes of a case that are kept; one that says more is not written as a program."""


class Event(NamedTuple):
    """One frame, or bytes that are none, on one connection."""

    at: float
    """Seconds of trio's clock."""
    connection: int
    """Number of the connection, from 0."""
    is_sent: bool
    data: bytes
    """The size in front included; nothing, or part of a frame, when it ended."""


@dataclass(slots=True)
class Tape:
    """What was sent and what came, on all connections of a case."""

    events: list[Event] = field(default_factory=list)
    is_full: bool = False
    """Whether more was said than is kept."""
    security: Security = IN_CLEAR
    """How a host and a port are reached."""
    run: str = ""
    """The part of the names of the case that is the run's alone."""
    address: tuple[str, int] = ("", 0)
    """Host and port that were reached first."""
    _connections: int = 0
    _size: int = 0

    async def dial(self, host: str, port: int) -> trio.abc.Stream:
        """Return a stream of which everything is kept; OSError if there is nobody."""
        stream = await self.security.dial(host, port)
        self.address = self.address if self._connections else (host, port)
        self._connections += 1
        return Taped(stream, self, self._connections - 1)

    def keep(self, connection: int, *, is_sent: bool, data: bytes) -> None:
        """Keep a frame, or note that there is no more room."""
        self._size += len(data)
        self.is_full = self.is_full or self._size > BYTES_MAX
        if not self.is_full:
            at = trio.current_time()
            self.events.append(Event(at, connection, is_sent, data))

    @property
    def place(self) -> tuple[int, int]:
        """Where it is now: events that are kept, and bytes that were said."""
        return len(self.events), self._size

    def cut(self, place: tuple[int, int]) -> None:
        """Forget what came after a place."""
        count, self._size = place
        del self.events[count:]
        self.is_full = self._size > BYTES_MAX


class Taped(trio.abc.Stream):
    """A stream of which a tape keeps everything."""

    def __init__(self, inner: trio.abc.Stream, tape: Tape, number: int) -> None:
        """Speak by `inner`; `number` is the connection's on the tape."""
        self._inner = inner
        self._tape = tape
        self._number = number
        self._came = bytearray()

    async def send_all(self, data: bytes | bytearray | memoryview) -> None:
        """Send, and keep it."""
        self._tape.keep(self._number, is_sent=True, data=bytes(data))
        await self._inner.send_all(data)

    async def wait_send_all_might_not_block(self) -> None:
        """Wait as the stream within does."""
        await self._inner.wait_send_all_might_not_block()

    async def receive_some(self, max_bytes: int | None = None) -> bytes | bytearray:
        """Receive, and keep each frame once it is whole."""
        data = await self._inner.receive_some(max_bytes)
        if not data:
            self._tape.keep(self._number, is_sent=False, data=bytes(self._came))
        elif not self._tape.is_full:
            self._came += data
            self._keep_frames()
        return data

    def _keep_frames(self) -> None:
        while len(self._came) >= SIZE_BYTES:
            size = SIZE_BYTES + int.from_bytes(self._came[:SIZE_BYTES], "big")
            if len(self._came) < min(size, BYTES_MAX):
                return
            self._tape.keep(self._number, is_sent=False, data=bytes(self._came[:size]))
            del self._came[:size]

    async def aclose(self) -> None:
        """Close."""
        await self._inner.aclose()
