"""A network in memory between clients and one broker, whose faults are planned.

Messages arrive in pieces, some milliseconds later. What goes wrong is what TCP lets
happen: bytes are late, or a connection ends before a message, inside it or after it,
which is before the answer. Nothing is repeated or reordered within a connection.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from zlib import crc32

import trio
from logion.broker.transport import Piece
from logion.disk import FileSlice
from logion.protocol.headers import read_request_api

from logion_harness.simulation.pipe import Pipe
from logion_harness.simulation.plan import (
    ANSWERS,
    ANY,
    ENDS,
    REQUESTS,
    Fault,
    Kind,
    Plan,
)
from logion_harness.simulation.trace import Trace

DELAY_MS_MAX = 10
"""A piece is on its way for up to so many milliseconds, if nothing goes wrong."""
PIECES_MAX = 3

FRAME_HEAD = 4
"""Bytes that say how long a frame is."""

Accept = Callable[["Transport"], None]


@dataclass(slots=True)
class Link:
    """One connection: who holds its ends, and what is on its way."""

    name: str
    requests: Pipe = field(default_factory=Pipe)
    answers: Pipe = field(default_factory=Pipe)
    api: int = ANY
    """Key of the API of the last request."""

    def tear(self) -> None:
        """Lose the connection, with all that is on its way."""
        self.requests.tear()
        self.answers.tear()


@dataclass(slots=True)
class Network:
    """What lies between the clients and the broker."""

    chance: random.Random
    trace: Trace
    plan: Plan
    faults: list[Fault] = field(init=False)
    """What will befall messages, the first first."""
    links: list[Link] = field(default_factory=list)
    accept: Accept | None = None
    """What the broker does with a connection; None while it is away."""

    def __post_init__(self) -> None:
        """Expect what the plan says."""
        self.faults = [it for it in self.plan.faults if it.kind not in ENDS]

    async def dial(self, host: str, port: int) -> trio.abc.Stream:
        """Return a stream to the broker; OSError while it is away."""
        await trio.sleep(self._delay_s())
        if self.accept is None:
            raise ConnectionRefusedError(f"nobody listens on {host}:{port}")
        link = Link(f"client:{len(self.links)}")
        self.links.append(link)
        self.trace.note(f"{link.name} connects", is_detail=True)
        self.accept(Transport(self, link))
        return ClientStream(self, link)

    def unplug(self) -> None:
        """Lose every connection; nobody can make one until the broker is back."""
        self.accept = None
        for link in self.links:
            link.tear()

    def carry_request(self, link: Link, data: bytes) -> None:
        """Send bytes to the broker, or let happen what is planned."""
        link.api = read_request_api(memoryview(data)[FRAME_HEAD:])[0]
        self._carry(link, link.requests, data, self._fault(REQUESTS, link.api))

    def carry_answer(self, link: Link, data: bytes) -> None:
        """Send bytes to the client, or let happen what is planned."""
        self._carry(link, link.answers, data, self._fault(ANSWERS, link.api))

    def hang_up(self, link: Link, pipe: Pipe) -> None:
        """Let one end close: the other finds out later."""
        self.trace.note(f"{link.name} is closed", is_detail=True)
        pipe.end(trio.current_time() + self._delay_s(), is_torn=False)

    def _fault(self, kinds: frozenset[Kind], api: int) -> Fault | None:
        """Return what is to befall a message of this direction and API now."""
        now_ms = trio.current_time() * 1000
        if now_ms >= self.plan.end_of_faults_ms:
            return None
        for fault in self.faults:
            is_due = fault.kind in kinds and fault.at_ms <= now_ms
            if is_due and fault.api in (ANY, api):
                self.faults.remove(fault)
                return fault
        return None

    def _carry(self, link: Link, pipe: Pipe, data: bytes, fault: Fault | None) -> None:
        way = "request" if pipe is link.requests else "answer"
        about = f"{link.name} {way} of {len(data)} bytes, {crc32(data):08x}"
        what = f"{about}: {fault.kind.value}" if fault else about
        self.trace.note(what, is_detail=fault is None)
        match fault.kind if fault else None:
            case Kind.LOSE_REQUEST | Kind.LOSE_ANSWER:
                link.tear()
            case Kind.CUT_REQUEST | Kind.CUT_ANSWER:
                assert fault is not None
                self._put(pipe, data[: min(fault.size, len(data) - 1)], 0.0)
                later_s = trio.current_time() + self._delay_s()
                link.requests.end(later_s, is_torn=True)
                link.answers.end(later_s, is_torn=True)
            case _:
                self._put(pipe, data, fault.size / 1000 if fault else 0.0)

    def _put(self, pipe: Pipe, data: bytes, late_s: float) -> None:
        """Send bytes in pieces, which arrive one after the other."""
        at_s = trio.current_time() + late_s
        for _ in range(self.chance.randrange(PIECES_MAX)):
            size = self.chance.randrange(len(data) + 1)
            at_s += self._delay_s()
            pipe.put(data[:size], at_s)
            data = data[size:]
        pipe.put(data, at_s + self._delay_s())

    def _delay_s(self) -> float:
        return self.chance.randrange(1, DELAY_MS_MAX) / 1000


class ClientStream(trio.abc.Stream):
    """The client's end of a connection."""

    def __init__(self, network: Network, link: Link) -> None:
        """Hold one end of `link`."""
        self._network = network
        self._link = link
        self._is_closed = False

    async def send_all(self, data: bytes | bytearray | memoryview) -> None:
        """Send; BrokenResourceError if the connection is known to be lost."""
        await trio.lowlevel.checkpoint()
        self._check_open()
        if self._link.requests.has_ended:
            raise trio.BrokenResourceError("the connection was lost")
        self._network.carry_request(self._link, bytes(data))

    async def wait_send_all_might_not_block(self) -> None:
        """Return at once: this network takes any number of bytes."""
        await trio.lowlevel.checkpoint()

    async def receive_some(self, max_bytes: int | None = None) -> bytes:
        """Return bytes, none at the end; BrokenResourceError if it was lost."""
        await trio.lowlevel.checkpoint()
        self._check_open()
        try:
            return await self._link.answers.get(max_bytes or 65_536)
        except ConnectionResetError as lost:
            raise trio.BrokenResourceError(str(lost)) from lost

    async def aclose(self) -> None:
        """Close; what was sent still arrives."""
        if not self._is_closed:
            self._is_closed = True
            self._network.hang_up(self._link, self._link.requests)
        await trio.lowlevel.checkpoint()

    def _check_open(self) -> None:
        if self._is_closed:
            raise trio.ClosedResourceError


class Transport:
    """The broker's end of a connection, as a `logion.broker.transport.Transport`."""

    def __init__(self, network: Network, link: Link) -> None:
        """Hold one end of `link`."""
        self._network = network
        self._link = link
        self.peer = link.name

    async def receive_into(self, buffer: memoryview) -> int:
        """Wait for bytes and store them; return how many, 0 once the peer closed."""
        await trio.lowlevel.checkpoint()
        try:
            data = await self._link.requests.get(len(buffer))
        except ConnectionResetError:
            return 0
        buffer[: len(data)] = data
        return len(data)

    async def send(self, pieces: Sequence[Piece]) -> None:
        """Send all pieces in order; OSError when the connection is lost."""
        await trio.lowlevel.checkpoint()
        if self._link.answers.has_ended:
            raise ConnectionResetError("the connection was lost")
        parts = [it.read() if isinstance(it, FileSlice) else it for it in pieces]
        self._network.carry_answer(self._link, b"".join(parts))

    def is_lost(self) -> bool:
        """Tell whether the peer has closed; False while bytes of it are unread."""
        return self._link.requests.is_over

    def close(self) -> None:
        """Close at once."""
        self._network.hang_up(self._link, self._link.answers)
