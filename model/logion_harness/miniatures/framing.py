"""Frames, headers, versions, and the order of answers on a connection."""

from __future__ import annotations

import signal
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, NoReturn, TypeAlias, TypeVar

import trio
from logion.broker.admission import Admission, Verdict
from logion.broker.connection import Connection
from logion.broker.context import CloseConnection, Context
from logion.broker.dispatch import Handler
from logion.broker.state import BrokerState
from logion.names import Buffer
from logion.protocol.apis import FETCH
from logion.protocol.codec import decode_from
from logion.protocol.errors import ProtocolError
from logion.protocol.framing import FrameBuffer, FrameSizeError
from logion.protocol.headers import read_request_api, request_header_version
from logion.protocol.messages.api_versions import (
    ApiVersionsRequest,
    ApiVersionsResponse,
)
from logion.protocol.messages.headers import RequestHeader
from logion.protocol.messages.metadata import MetadataRequest
from logion.protocol.schema import replace, unknown_tags, zero_of

from logion_harness.miniatures.miniature import Defect, Miniature
from logion_harness.miniatures.seams import (
    answering,
    changed,
    handled,
    handler_of,
    instead,
    swapped,
    tells,
    together,
)

T = TypeVar("T")

Admit: TypeAlias = Callable[..., Admission]
Encode: TypeAlias = Callable[[object, int, int], list[Any]]
ReadHeader: TypeAlias = Callable[..., tuple[RequestHeader, int]]
NextFrame: TypeAlias = Callable[[Connection, FrameBuffer], Awaitable[memoryview | None]]
Serve: TypeAlias = Callable[[Connection, memoryview], Awaitable[None]]
AnswerAll: TypeAlias = Callable[[Connection], Awaitable[None]]

CONNECTION = "logion.broker.connection"
DOORKEEPER = "logion.broker.admission:Doorkeeper"

LARGEST = 2**31 - 1
ROUNDS = 10
"""So often every connection has its turn before a frame is answered."""

SMALL = 64
"""Fewer bytes than most requests have."""


def ignoring(admit: Admit) -> Admit:
    """Ignore what would close the connection."""

    def wrong(*given: object) -> Admission:
        admission = admit(*given)
        if admission.verdict is Verdict.CLOSE:
            return admission._replace(verdict=Verdict.IGNORE)
        return admission

    return wrong


class Unsigned(FrameBuffer):
    """Waits for more after a size below 0."""

    def next_frame(self) -> memoryview | None:
        """Return the next whole frame; none after a size below 0."""
        try:
            return super().next_frame()
        except FrameSizeError as problem:
            if problem.size < 0:
                return None
            raise


class AtOnce(FrameBuffer):
    """Takes the few bytes that come at once for whole frames."""

    def next_frame(self) -> memoryview | None:
        """Return the next whole frame; ProtocolError if a few bytes are none."""
        frame = super().next_frame()
        if frame is None and 0 < len(self) < SMALL:
            raise ProtocolError("a frame in pieces")
        return frame


def positive(encode: Encode) -> Encode:
    """Send correlation ids back without their sign."""
    return lambda message, version, number: encode(message, version, abs(number))


def named_clients_only(read: ReadHeader) -> ReadHeader:
    """Serve no request without a client id."""

    def wrong(frame: Buffer, **more: int | None) -> tuple[RequestHeader, int]:
        header, body = read(frame, **more)
        if not header.client_id:
            raise ProtocolError("no client id")
        return header, body

    return wrong


def known_header_tags_only(read: ReadHeader) -> ReadHeader:
    """Serve no request with a tag in its header that is not known."""

    def wrong(frame: Buffer, **more: int | None) -> tuple[RequestHeader, int]:
        version = request_header_version(*read_request_api(frame))
        header, _ = decode_from(RequestHeader, version, frame, 0)
        if unknown_tags(header):
            raise ProtocolError("an unknown tag in the header")
        return read(frame, **more)

    return wrong


def known_tags_only(decode: Callable[..., T]) -> Callable[..., T]:
    """Serve no request with a tag in its body that is not known."""

    def wrong(*given: object, **more: int) -> T:
        message = decode(*given, **more)
        if unknown_tags(message):
            raise ProtocolError("an unknown tag")
        return message

    return wrong


def empty_if_broken(decode: Callable[..., T]) -> Callable[..., T]:
    """Take a body that cannot be read for an empty one."""

    def wrong(kind: type[T], *given: object, **more: int) -> T:
        try:
            return decode(kind, *given, **more)
        except ProtocolError:
            return zero_of(kind)

    return wrong


def shared_trouble(next_frame: NextFrame) -> NextFrame:
    """Close the connection that asks next after one has broken off."""
    broken: list[object] = []

    async def wrong(self: Connection, frames: FrameBuffer) -> memoryview | None:
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

    def by(next_frame: NextFrame) -> NextFrame:
        async def wrong(self: Connection, frames: FrameBuffer) -> memoryview | None:
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


def without_last(
    _: object, answer: ApiVersionsResponse, context: Context
) -> ApiVersionsResponse:
    """Leave the last API out in version 0."""
    if context.version:
        return answer
    return changed(answer, ("api_keys",), lambda rows: rows[:-1])


def close(*_: object) -> NoReturn:
    """Close the connection."""
    raise CloseConnection("an unknown version of ApiVersions")


def long_names_only(
    is_named: Callable[[ApiVersionsRequest], bool],
) -> Callable[[ApiVersionsRequest], bool]:
    """Accept no name of one letter."""
    return lambda asked: is_named(asked) and len(asked.client_software_name) > 1


def second_first(next_frame: NextFrame) -> NextFrame:
    """Take the second of two requests that are there before the first."""
    passed_over: dict[FrameBuffer, memoryview] = {}

    async def wrong(self: Connection, frames: FrameBuffer) -> memoryview | None:
        if (first := passed_over.pop(frames, None)) is not None:
            return first
        frame = await next_frame(self, frames)
        if frame is None or (behind := frames.next_frame()) is None:
            return frame
        passed_over[frames] = memoryview(bytes(frame))
        return behind

    return wrong


ASIDE: ContextVar[trio.Nursery] = ContextVar("ASIDE")
"""Of each connection: where the requests wait that others go past."""


def with_nursery(answer_all: AnswerAll) -> AnswerAll:
    """Give each connection a place where requests may wait."""

    async def wrong(self: Connection) -> None:
        async with trio.open_nursery() as nursery:
            ASIDE.set(nursery)
            await answer_all(self)
            nursery.cancel_scope.cancel()

    return wrong


def fetches_aside(serve: Serve) -> Serve:
    """Answer fetches when they are done, whatever was asked since.

    Each is served as if on a connection of its own: one has one request in progress.
    """

    async def wrong(self: Connection, frame: memoryview) -> None:
        if read_request_api(frame)[0] == FETCH:
            alone = Connection(self.broker, self.transport, self.listener)
            ASIDE.get().start_soon(serve, alone, memoryview(bytes(frame)))
        else:
            await serve(self, frame)

    return wrong


WAITING = ("Fetch", "Metadata")
"""APIs of which nobody is answered while anybody waits."""


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Let one request wait for the other, whoever sent it."""
    turn = trio.Lock()

    def by(handle: Handler) -> Handler:
        async def wrong(broker: BrokerState, context: Context, request: object) -> Any:
            async with turn:
                return await handle(broker, context, request)

        return wrong

    with together(*(handled(api, by) for api in WAITING)).put_in():
        yield


def all_if_tagged_twice(handle: Handler) -> Handler:
    """Take a second field that nobody knows for the topics, as null."""

    async def wrong(
        broker: BrokerState, context: Context, request: MetadataRequest
    ) -> Any:
        if len(unknown_tags(request)) > 1:
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
        swapped(f"{CONNECTION}:Connection._next_frame", second_first),
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
        together(
            swapped(f"{CONNECTION}:Connection._answer_all", with_nursery),
            swapped(f"{CONNECTION}:Connection._serve", fetches_aside),
        ),
    ),
    Miniature(
        "waits-for-everybody",
        "answers nobody's Metadata while anybody's fetch waits",
        ("order.other-connections",),
        Defect(tuple(map(handler_of, WAITING)), one_at_a_time),
    ),
    Miniature(
        "takes-a-second-tag-for-null",
        "answers as if asked for all topics where there is a second unknown tag",
        ("framing.tags.any",),
        handled("Metadata", all_if_tagged_twice),
    ),
)
