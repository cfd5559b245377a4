"""Frames, headers, versions, and the order of answers on a connection."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import trio
from logion.broker.admission import Admission, Verdict
from logion.broker.connection import Connection
from logion.broker.context import CloseConnection, Context
from logion.broker.dispatch import Handler
from logion.broker.state import BrokerState
from logion.broker.throttling import rest
from logion.protocol.apis import FETCH
from logion.protocol.codec import decode_from
from logion.protocol.errors import ProtocolError
from logion.protocol.framing import SIZE_BYTES, FrameBuffer
from logion.protocol.headers import read_request_api, request_header_version
from logion.protocol.messages.headers import RequestHeader
from logion.protocol.schema import replace, unknown_tags, zero_of

from logion_harness.miniatures.miniature import Defect, Miniature
from logion_harness.miniatures.seams import (
    answering,
    changed,
    handled,
    instead,
    swapped,
    tells,
    together,
)

CONNECTION = "logion.broker.connection"
DOORKEEPER = "logion.broker.admission:Doorkeeper"

LARGEST = 2**31 - 1
ROUNDS = 10
"""So often every connection has its turn before a frame is answered."""

SMALL = 64
"""Fewer bytes than most requests have."""


def ignoring(admit: Callable[..., Admission]) -> Callable[..., Admission]:
    """Ignore what would close the connection."""

    def wrong(*given: Any) -> Admission:
        admission = admit(*given)
        if admission.verdict is Verdict.CLOSE:
            return admission._replace(verdict=Verdict.IGNORE)
        return admission

    return wrong


class Unsigned(FrameBuffer):
    """Reads sizes without a sign, and waits for as much."""

    def next_frame(self) -> memoryview | None:
        """Return the next whole frame; none after a size below 0."""
        begin = self._begin
        if len(self) >= SIZE_BYTES and self._buffer[begin] > 127:
            return None
        return super().next_frame()


class AtOnce(FrameBuffer):
    """Takes the few bytes that come at once for whole frames."""

    def next_frame(self) -> memoryview | None:
        """Return the next whole frame; ProtocolError if a few bytes are none."""
        frame = super().next_frame()
        if frame is None and 0 < len(self) < SMALL:
            raise ProtocolError("a frame in pieces")
        return frame


def positive(encode: Callable[..., Any]) -> Callable[..., Any]:
    """Send correlation ids back without their sign."""
    return lambda message, version, number: encode(message, version, abs(number))


def named_clients_only(read: Callable[..., Any]) -> Callable[..., Any]:
    """Serve no request without a client id."""

    def wrong(frame: Any, **more: Any) -> Any:
        header, body = read(frame, **more)
        if not header.client_id:
            raise ProtocolError("no client id")
        return header, body

    return wrong


def known_header_tags_only(read: Callable[..., Any]) -> Callable[..., Any]:
    """Serve no request with a tag in its header that is not known."""

    def wrong(frame: Any, **more: Any) -> Any:
        version = request_header_version(*read_request_api(frame))
        header, _ = decode_from(RequestHeader, version, frame, 0)
        if unknown_tags(header):
            raise ProtocolError("an unknown tag in the header")
        return read(frame, **more)

    return wrong


def known_tags_only(decode: Callable[..., Any]) -> Callable[..., Any]:
    """Serve no request with a tag in its body that is not known."""

    def wrong(*given: Any, **more: Any) -> Any:
        message = decode(*given, **more)
        if unknown_tags(message):
            raise ProtocolError("an unknown tag")
        return message

    return wrong


def empty_if_broken(decode: Callable[..., Any]) -> Callable[..., Any]:
    """Take a body that cannot be read for an empty one."""

    def wrong(kind: type[Any], *given: Any, **more: Any) -> Any:
        try:
            return decode(kind, *given, **more)
        except ProtocolError:
            return zero_of(kind)

    return wrong


def shared_trouble(next_frame: Callable[..., Any]) -> Callable[..., Any]:
    """Close the connection that asks next after one has broken off."""
    broken: list[object] = []

    async def wrong(self: Connection, frames: FrameBuffer) -> Any:
        frame = await next_frame(self, frames)
        if frame is None and len(frames):
            broken.append(self)
            return None
        for _ in range(ROUNDS):  # what was sent before is read before
            await trio.lowlevel.checkpoint()
        if frame is not None and broken:
            broken.clear()
            raise CloseConnection("another connection has broken off")
        return frame

    return wrong


@contextmanager
def hung_up_after_pause() -> Iterator[None]:
    """Close the first connection with a request after the process was stopped."""
    paused: list[int] = []

    def by(next_frame: Callable[..., Any]) -> Callable[..., Any]:
        async def wrong(self: Connection, frames: FrameBuffer) -> Any:
            frame = await next_frame(self, frames)
            if frame is not None and paused:
                paused.clear()
                raise CloseConnection("it was asked while nobody was here")
            return frame

        return wrong

    before = signal.signal(signal.SIGCONT, lambda number, _: paused.append(number))
    try:
        with swapped(f"{CONNECTION}:Connection._next_frame", by).put_in():
            yield
    finally:
        signal.signal(signal.SIGCONT, before)


def without_last(_: Any, answer: Any, context: Context) -> Any:
    """Leave the last API out in version 0."""
    if context.version:
        return answer
    return changed(answer, ("api_keys",), lambda rows: rows[:-1])


def close(*_: Any) -> None:
    """Close the connection."""
    raise CloseConnection("an unknown version of ApiVersions")


def long_names_only(is_named: Callable[..., bool]) -> Callable[..., bool]:
    """Accept no name of one letter."""
    return lambda asked: is_named(asked) and len(asked.client_software_name) > 1


def second_first(_: Any) -> Callable[..., Any]:
    """Answer the second of two requests that are there before the first."""

    async def wrong(self: Connection) -> None:
        frames = FrameBuffer(self.broker.frame_size_max)
        while (frame := await self._next_frame(frames)) is not None:
            answers = [await self._answer(frame)]
            if (behind := frames.next_frame()) is not None:
                answers.insert(0, await self._answer(behind))
            for pieces in answers:
                if pieces is not None:
                    await self.transport.send(pieces)
            if self.meter is not None:
                await rest(self.meter.context, self.meter.pause_ms)

    return wrong


def fetches_aside(_: Any) -> Callable[..., Any]:
    """Answer fetches when they are done, whatever was asked since."""

    async def answer(self: Connection, frame: Any) -> None:
        pieces = await self._answer(frame)
        if pieces is not None:
            await self.transport.send(pieces)

    async def wrong(self: Connection) -> None:
        frames = FrameBuffer(self.broker.frame_size_max)
        async with trio.open_nursery() as nursery:
            while (frame := await self._next_frame(frames)) is not None:
                if read_request_api(frame)[0] == FETCH:
                    nursery.start_soon(answer, self, memoryview(bytes(frame)))
                else:
                    await answer(self, frame)
            nursery.cancel_scope.cancel()

    return wrong


def one_at_a_time() -> Callable[[Handler], Handler]:
    """Return what lets one request wait for the other, whoever sent it."""
    turn = trio.Lock()

    def by(handle: Handler) -> Handler:
        async def wrong(broker: BrokerState, context: Context, request: Any) -> Any:
            async with turn:
                return await handle(broker, context, request)

        return wrong

    return by


IN_TURN = one_at_a_time()


def all_if_tagged_twice(handle: Handler) -> Handler:
    """Take a second field that nobody knows for the topics, as null."""

    async def wrong(broker: BrokerState, context: Context, request: Any) -> Any:
        if len(request.unknown_tags) > 1:
            request = replace(request, topics=None)
        return await handle(broker, context, request)

    return wrong


MINIATURES = (
    Miniature(
        "ignores-unknown-apis",
        "does not answer a request of an unknown API, and stays",
        ("framing.api.unknown",),
        swapped(f"{DOORKEEPER}._unknown_api", instead(Verdict.IGNORE)),
    ),
    Miniature(
        "ignores-unknown-versions",
        "does not answer a request of an unknown version, and stays",
        ("framing.version.unsupported",),
        swapped(f"{DOORKEEPER}._unknown_version", ignoring),
    ),
    Miniature(
        "waits-for-negative-sizes",
        "waits for more after a frame with a size below 0",
        ("framing.size.negative",),
        swapped(f"{CONNECTION}:FrameBuffer", lambda _: Unsigned),
    ),
    Miniature(
        "waits-for-any-size",
        "waits for a frame however large it says it is",
        ("framing.size.too-large",),
        swapped(f"{CONNECTION}:FrameBuffer", lambda _: lambda _: FrameBuffer(LARGEST)),
    ),
    Miniature(
        "loses-the-sign-of-correlation-ids",
        "sends a correlation id below 0 back without its sign",
        ("framing.correlation-id.echoed",),
        together(
            swapped(f"{CONNECTION}:encode_response", positive),
            swapped("logion.broker.throttling:encode_response", positive),
        ),
    ),
    Miniature(
        "wants-a-client-id",
        "closes the connection of a client that does not say who it is",
        ("framing.client-id.null",),
        swapped(f"{CONNECTION}:read_request_header", named_clients_only),
    ),
    Miniature(
        "wants-whole-frames",
        "takes the bytes that come at once for whole frames",
        ("framing.split",),
        swapped(f"{CONNECTION}:FrameBuffer", lambda _: AtOnce),
    ),
    Miniature(
        "reads-what-is-not-there",
        "takes a body that ends too early for an empty one",
        ("framing.body.truncated",),
        swapped(f"{CONNECTION}:decode", empty_if_broken),
    ),
    Miniature(
        "shares-trouble",
        "closes another connection after one has broken off in a frame",
        ("framing.broken-neighbour",),
        swapped(f"{CONNECTION}:Connection._next_frame", shared_trouble),
    ),
    Miniature(
        "knows-all-header-tags",
        "serves no request with a tag in its header that it does not know",
        ("framing.tags.unknown-in-header",),
        swapped(f"{CONNECTION}:read_request_header", known_header_tags_only),
    ),
    Miniature(
        "knows-all-tags",
        "serves no request with a tag in its body that it does not know",
        ("framing.tags.unknown-in-body",),
        swapped(f"{CONNECTION}:decode", known_tags_only),
    ),
    Miniature(
        "lists-an-api-twice",
        "lists its first API once more at the end",
        ("versions.listed",),
        tells("ApiVersions", "api_keys", lambda rows: (*rows, rows[0])),
    ),
    Miniature(
        "tells-old-clients-less",
        "leaves an API out for clients that ask in version 0",
        ("versions.same-everywhere",),
        answering("ApiVersions", without_last),
    ),
    Miniature(
        "offers-no-versions",
        "closes the connection on an ApiVersions that is too new for it",
        ("versions.fallback",),
        swapped(f"{CONNECTION}:Connection._offer_versions", lambda _: close),
    ),
    Miniature(
        "takes-any-software-name",
        "takes any text for the name of a client's software",
        ("versions.software-name.invalid",),
        swapped("logion.broker.handlers.api_versions:_is_named", instead(value=True)),
    ),
    Miniature(
        "wants-long-software-names",
        "refuses a name of one letter for a client's software",
        ("versions.software-name.valid",),
        swapped("logion.broker.handlers.api_versions:_is_named", long_names_only),
    ),
    Miniature(
        "answers-out-of-order",
        "answers the second of two waiting requests before the first",
        ("order.answers",),
        swapped(f"{CONNECTION}:Connection._answer_all", second_first),
    ),
    Miniature(
        "hangs-up-after-a-pause",
        "closes the connection that asks first after it was stopped for a while",
        ("pause.requests",),
        Defect((f"{CONNECTION}:Connection._next_frame",), hung_up_after_pause),
    ),
    Miniature(
        "answers-waiting-fetches-last",
        "answers what was asked behind a waiting fetch before it",
        ("order.long-poll-first",),
        swapped(f"{CONNECTION}:Connection._answer_all", fetches_aside),
    ),
    Miniature(
        "waits-for-everybody",
        "answers nobody's Metadata while anybody's fetch waits",
        ("order.other-connections",),
        together(handled("Fetch", IN_TURN), handled("Metadata", IN_TURN)),
    ),
    Miniature(
        "takes-a-second-tag-for-null",
        "answers as if asked for all topics where there is a second unknown tag",
        ("framing.tags.any",),
        handled("Metadata", all_if_tagged_twice),
    ),
)
