"""One connection to a broker: frames, correlation ids, versions.

A broker answers the requests of a connection in the order it got them (Kafka protocol
guide, "Network"), so several tasks may call at once: their requests go out one after
the other and each waits for its turn to read. A call that is given up after its request
has left closes the connection, for its answer could be taken for the next one's.

Failures are `ApiError`: NETWORK_EXCEPTION when the connection ends or cannot be made,
REQUEST_TIMED_OUT when a wait reaches its bound, UNSUPPORTED_VERSION when the broker
cannot be asked. Bytes that are no answer are a `ProtocolError`, and end it too.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, NamedTuple, Self, TypeVar

import trio

from logion import __version__
from logion.client.versions import VersionRange, Versions, api_key_of, versions_of
from logion.protocol.apis import API_VERSIONS, APIS
from logion.protocol.codec import decode, decode_exactly, decode_from
from logion.protocol.errors import ApiError, Error, ProtocolError
from logion.protocol.framing import SIZE_BYTES, FrameBuffer
from logion.protocol.headers import (
    encode_request,
    read_response,
    response_header_version,
)
from logion.protocol.messages.api_versions import (
    ApiVersionsRequest,
    ApiVersionsResponse,
)
from logion.protocol.messages.headers import ResponseHeader
from logion.protocol.releases import Release
from logion.protocol.schema import schema_of

Answer = TypeVar("Answer")


RECEIVE_SIZE = 65_536
"""Bytes asked of the network at a time."""


class Address(NamedTuple):
    """Where a broker listens."""

    host: str
    port: int

    def __str__(self) -> str:
        """Return HOST:PORT, an IPv6 address in brackets."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


def address_of(text: str) -> Address:
    """Return the address in "HOST:PORT"; ValueError says what is wrong with it."""
    host, colon, port = text.rpartition(":")
    is_port = port.isascii() and port.isdigit() and int(port) < 65_536
    if not (colon and host and is_port) or "/" in host:
        raise ValueError(f"{text!r} is no HOST:PORT")
    return Address(host.strip("[]"), int(port))


class Exchange(NamedTuple):
    """A request and what came of it, for whoever records or explains."""

    request: Any
    version: int
    correlation_id: int
    answer: Any
    """The decoded answer, or the exception that took its place."""
    sent: bytes = b""
    """The frame of the request, without its size; empty if it was never written."""
    came: bytes = b""
    """The frame that came, whether or not it was an answer; empty if none did."""


def ignore(exchange: Exchange) -> None:
    """Observe nothing: the observer of those who need none."""
    del exchange


@dataclass(frozen=True, slots=True)
class Options:
    """How a client talks; the same for all its connections."""

    client_id: str | None = "logion"
    timeout_s: float = 30.0
    """Longest wait for a connection or an answer, in seconds."""
    negotiation_timeout_s: float = 5.0
    """Longest wait for ApiVersions: brokers of 0.9 never answer it."""
    frame_size_max: int = 256 * 1024 * 1024
    """Largest answer accepted, in bytes."""
    fallback: Release | None = None
    """Release assumed of a broker that does not know ApiVersions (before 0.10)."""
    is_asked: bool = True
    """Whether a broker is asked for its versions before `fallback` is assumed."""
    retry_s: float = 30.0
    """How long an operation is tried again on errors that may pass, in seconds."""
    backoff_s: float = 0.05
    """Pause before trying again, in seconds."""
    is_exact: bool = False
    """Whether bytes after an answer's last field are a ProtocolError."""
    lenient: frozenset[int] = frozenset()
    """Keys of APIs for which they are not, `is_exact` or not."""
    limits: Mapping[int, VersionRange] = field(default_factory=dict)
    """Versions to stay within, by API key, where the broker speaks more."""
    observe: Callable[[Exchange], None] = ignore
    """Called after every request with what came of it."""
    dial: Callable[[str, int], Awaitable[trio.abc.Stream]] = trio.open_tcp_stream
    """How a host and port are reached; OSError if there is nobody."""


class Connection:
    """A stream to one broker, with the versions it speaks once `negotiate` asked.

    Made by `connect`; an async context manager that closes it.
    """

    def __init__(self, stream: trio.abc.Stream, options: Options) -> None:
        """Take over `stream`; nothing is sent yet."""
        self.options = options
        self.versions = Versions({})
        self._stream = stream
        self._frames = FrameBuffer(options.frame_size_max)
        self._sending = trio.Lock()
        self._waiting: deque[trio.Event] = deque()
        self._correlation_id = 0
        self._broken: Exception | None = None

    async def __aenter__(self) -> Self:
        """Return itself."""
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close."""
        await self.aclose()

    async def aclose(self) -> None:
        """Close the stream; calls under way fail."""
        self._break(ApiError(Error.NETWORK_EXCEPTION, "the connection was closed"))
        await trio.aclose_forcefully(self._stream)

    @property
    def is_open(self) -> bool:
        """Whether calls can still be made, as far as is known."""
        return self._broken is None

    async def call(
        self,
        request: Any,
        answer: type[Answer],
        *,
        version: int | None = None,
        timeout_s: float | None = None,
    ) -> Answer:
        """Return the broker's answer to `request`.

        `version` is the newest both speak unless given: a given one is sent even if the
        broker does not claim to speak it. `timeout_s` replaces the options' bound.
        """
        if version is None:
            version = self.versions.newest(api_key_of(request))
        said = Exchange(request, version, self.next_correlation_id(), None)
        try:
            with self._bounded(timeout_s):
                said = await self._exchanged(said)
                came = self._understood(said, answer)
        except (ApiError, ProtocolError) as failure:
            self.options.observe(said._replace(answer=failure))
            raise
        self.options.observe(said._replace(answer=came))
        return came

    async def _exchanged(self, said: Exchange) -> Exchange:
        pieces = encode_request(
            said.request, said.version, said.correlation_id, self.options.client_id
        )
        data = b"".join(pieces)
        return said._replace(sent=data[SIZE_BYTES:], came=await self.exchange(data))

    def _understood(self, said: Exchange, answer: type[Answer]) -> Answer:
        with self._breaking():
            check_correlation(said.came, said.correlation_id)
            is_lenient = api_key_of(said.request) in self.options.lenient
            is_exact = self.options.is_exact and not is_lenient
            read = read_exactly if is_exact else read_response
            return read(answer, said.version, said.came)[1]

    async def tell(self, request: Any, *, version: int | None = None) -> None:
        """Send a request that has no answer: Produce with acks=0."""
        if version is None:
            version = self.versions.newest(api_key_of(request))
        correlation_id = self.next_correlation_id()
        pieces = encode_request(
            request, version, correlation_id, self.options.client_id
        )
        with self._bounded(None):
            await self.send(b"".join(pieces))
        self._observe(request, version, correlation_id, None)

    async def exchange(self, data: bytes) -> bytes:
        """Send one frame, size included; return the frame that answers it, without.

        Given up after sending, it closes the connection.
        """
        turn = trio.Event()
        async with self._sending:
            self._check_open()
            if not self._waiting:
                turn.set()
            self._waiting.append(turn)
            with self._breaking():
                await self._stream.send_all(data)
        with self._breaking():
            await turn.wait()
            self._check_open()
            frame = await self._receive()
        self._waiting.popleft()
        if self._waiting:
            self._waiting[0].set()
        return frame

    async def send(self, data: bytes) -> None:
        """Send bytes that nobody here waits an answer for."""
        async with self._sending:
            self._check_open()
            with self._breaking():
                await self._stream.send_all(data)

    async def receive(self) -> bytes | None:
        """Return the next frame, or None once the broker has closed the connection.

        For those who sent by `send`; not while a call is under way.
        """
        assert not self._waiting, "an answer is awaited by a call"
        try:
            return await self._receive()
        except ApiError:
            return None

    async def _receive(self) -> bytes:
        while (frame := self._frames.next_frame()) is None:
            try:
                data = await self._stream.receive_some(RECEIVE_SIZE)
            except (trio.BrokenResourceError, trio.ClosedResourceError) as failure:
                raise ApiError(Error.NETWORK_EXCEPTION, str(failure)) from failure
            if not data:
                raise ApiError(
                    Error.NETWORK_EXCEPTION, "the broker closed the connection"
                )
            self._take(data)
        return bytes(frame)

    def _take(self, data: bytes | bytearray) -> None:
        view = memoryview(data)
        while view:
            space = self._frames.space()
            size = min(len(space), len(view))
            space[:size] = view[:size]
            self._frames.received(size)
            view = view[size:]

    async def negotiate(self) -> None:
        """Ask the broker which versions it speaks and keep the answer.

        A broker that does not know our newest ApiVersions says so in version 0, with
        error 35, and since 2.4 with the versions it does know (KIP-511).
        """
        newest = APIS[API_VERSIONS].versions[-1]
        limit = self.options.limits.get(API_VERSIONS)
        answer = await self._ask_versions(min(newest, limit.last) if limit else newest)
        if answer.error_code == Error.UNSUPPORTED_VERSION:
            known = [row.max_version for row in answer.api_keys]
            answer = await self._ask_versions(max(known, default=0))
        if answer.error_code:
            raise ApiError(Error.of(answer.error_code), "ApiVersions was refused")
        self.learn(
            (row.api_key, row.min_version, row.max_version) for row in answer.api_keys
        )

    def learn(self, rows: Iterable[tuple[int, int, int]]) -> None:
        """Take (API key, oldest, newest) rows for what the broker speaks."""
        self.versions = versions_of(rows).within(self.options.limits)

    async def _ask_versions(self, version: int) -> ApiVersionsResponse:
        request = ApiVersionsRequest(
            client_software_name="logion", client_software_version=__version__
        )
        correlation_id = self.next_correlation_id()
        pieces = encode_request(
            request, version, correlation_id, self.options.client_id
        )
        with self._bounded(self.options.negotiation_timeout_s):
            frame = await self.exchange(b"".join(pieces))
        with self._breaking():
            answer = read_versions(frame, version)
        self._observe(request, version, correlation_id, answer)
        return answer

    def next_correlation_id(self) -> int:
        """Return a number this connection has not used for a while."""
        self._correlation_id = (self._correlation_id + 1) & 0x7FFF_FFFF
        return self._correlation_id

    def _observe(
        self, request: Any, version: int, correlation_id: int, answer: Any
    ) -> None:
        self.options.observe(Exchange(request, version, correlation_id, answer))

    @contextmanager
    def _bounded(self, timeout_s: float | None) -> Iterator[None]:
        limit = self.options.timeout_s if timeout_s is None else timeout_s
        with trio.move_on_after(limit) as scope:
            yield
        if scope.cancelled_caught:
            raise ApiError(Error.REQUEST_TIMED_OUT, f"no answer within {limit} s")

    @contextmanager
    def _breaking(self) -> Iterator[None]:
        """Whatever goes wrong inside, cancellation included, ends the connection."""
        try:
            yield
        except (trio.BrokenResourceError, trio.ClosedResourceError) as failure:
            lost = ApiError(Error.NETWORK_EXCEPTION, str(failure))
            self._break(lost)
            raise lost from failure
        except (ApiError, ProtocolError) as failure:
            self._break(failure)
            raise
        except trio.Cancelled:
            self._break(ApiError(Error.NETWORK_EXCEPTION, "an answer was given up"))
            raise

    def _break(self, reason: Exception) -> None:
        self._broken = self._broken or reason
        for turn in self._waiting:
            turn.set()

    def _check_open(self) -> None:
        if self._broken is not None:
            raise ApiError(Error.NETWORK_EXCEPTION, str(self._broken))


def check_correlation(frame: bytes, sent: int) -> None:
    """Nothing, if the frame answers the request; ProtocolError if not."""
    came = int.from_bytes(frame[:4], "big", signed=True)
    if came != sent:
        raise ProtocolError(f"answer to request {came}; expected the one to {sent}")


def read_exactly(cls: type[Answer], version: int, frame: bytes) -> tuple[int, Answer]:
    """Return correlation id and body of an answer that ends with its last field.

    Unlike `read_response` it raises ProtocolError for any byte more.
    """
    key = schema_of(cls).api
    assert key is not None, f"{cls.__name__} is no response"
    kind = response_header_version(key, version)
    header, body = decode_from(ResponseHeader, kind, frame, 0)
    return header.correlation_id, decode_exactly(cls, version, frame[body:])


def read_versions(frame: bytes, version: int) -> ApiVersionsResponse:
    """Return the answer to ApiVersions of `version`, which may be in version 0.

    The header is version 0 in either case, so the error code stands right after the
    correlation id.
    """
    if int.from_bytes(frame[4:6], "big") == Error.UNSUPPORTED_VERSION:
        return decode(ApiVersionsResponse, 0, frame, offset=4)
    return read_response(ApiVersionsResponse, version, frame)[1]


async def open_stream(address: Address, options: Options) -> trio.abc.Stream:
    """Return a stream to `address`; ApiError if there is nobody."""
    try:
        with trio.fail_after(options.timeout_s):
            return await options.dial(address.host, address.port)
    except (OSError, trio.TooSlowError) as failure:
        text = f"cannot connect to {address}: {failure}"
        raise ApiError(Error.NETWORK_EXCEPTION, text) from failure


async def connect(address: Address, options: Options | None = None) -> Connection:
    """Return a connection that knows what the broker speaks.

    A broker that closes the connection at ApiVersions, or leaves it unanswered, is
    asked no further: `options.fallback` says what it speaks; without it that is an
    ApiError.
    """
    options = options or Options()
    if options.fallback is not None and not options.is_asked:
        return await connect_as(address, options, options.fallback)
    connection = Connection(await open_stream(address, options), options)
    try:
        await connection.negotiate()
    except ApiError:
        await connection.aclose()
        if options.fallback is None:
            raise
        return await connect_as(address, options, options.fallback)
    except (ProtocolError, trio.Cancelled):
        await connection.aclose()
        raise
    return connection


async def connect_as(
    address: Address, options: Options, release: Release
) -> Connection:
    """Return a connection to a broker taken for one of `release`, unasked."""
    connection = Connection(await open_stream(address, options), options)
    connection.learn((key, *versions) for key, versions in release.versions.items())
    return connection
