"""Servers that are no brokers, or brokers that let in only whom they know."""

from __future__ import annotations

import math
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import trio
from logion.client.connection import Address
from logion.protocol.apis import API_VERSIONS, api_named
from logion.protocol.codec import decode
from logion.protocol.errors import Error
from logion.protocol.headers import (
    RequestHeader,
    encode_response,
    read_request_header,
)
from logion.protocol.messages.sasl_authenticate import (
    SaslAuthenticateRequest,
    SaslAuthenticateResponse,
)
from logion.protocol.messages.sasl_handshake import (
    SaslHandshakeRequest,
    SaslHandshakeResponse,
)

from tests.logion.client.small_broker import SmallBroker

CERTIFICATE = Path(__file__).with_name("localhost.pem")
"""Key and certificate of localhost and 127.0.0.1, for tests alone."""

SASL_HANDSHAKE = api_named("SaslHandshake").key
SASL_AUTHENTICATE = api_named("SaslAuthenticate").key

Serve = Callable[[trio.abc.Stream], Awaitable[None]]


@asynccontextmanager
async def listening(serve: Serve, *, tls: bool = False) -> AsyncIterator[Address]:
    """Let a server answer connections on a free port of 127.0.0.1 until the end."""

    async def secured(stream: trio.abc.Stream) -> None:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(CERTIFICATE)
        wrapped = trio.SSLStream(
            stream, context, server_side=True, https_compatible=True
        )
        await quietly(serve, wrapped)

    async with trio.open_nursery() as nursery:
        handler = secured if tls else partial(quietly, serve)
        listen = partial(trio.serve_tcp, handler, 0, host="127.0.0.1")
        listeners = await nursery.start(listen)
        yield Address("127.0.0.1", listeners[0].socket.getsockname()[1])
        nursery.cancel_scope.cancel()


async def quietly(serve: Serve, stream: trio.abc.Stream) -> None:
    """Serve until the other side has gone."""
    try:
        await serve(stream)
    except (trio.BrokenResourceError, trio.ClosedResourceError):
        pass
    finally:
        await trio.aclose_forcefully(stream)


def saying(data: bytes) -> Serve:
    """Return a server that answers anything with some bytes, and closes."""

    async def say(stream: trio.abc.Stream) -> None:
        await stream.receive_some(4096)
        await stream.send_all(data)

    return say


async def silence(stream: trio.abc.Stream) -> None:
    """Take everything, and say nothing."""
    while await stream.receive_some(4096):
        pass


async def flood(stream: trio.abc.Stream) -> None:
    """Send frames of nonsense without end."""
    while True:
        await stream.send_all(b"\x00\x00\xff\xff" + b"f" * 65_535)


async def close(stream: trio.abc.Stream) -> None:
    """Close at once."""
    await stream.aclose()


def guarded(
    broker: SmallBroker, username: str, password: str, *, fault: str = ""
) -> Serve:
    """Return what serves a broker to those alone who know the password: SASL, PLAIN."""
    return Guard(broker, {username: password}, fault).serve


@dataclass
class Guard:
    """Lets in who says the password of a name; right, or wrong in one known way."""

    broker: SmallBroker
    passwords: Mapping[str, str]
    fault: str = ""
    lifetime_ms: int = 0
    """How long somebody is in; 0 for as long as the connection is there."""

    def __post_init__(self) -> None:
        """Tell everybody that SASL is spoken."""
        self.broker.spoken |= {"SaslHandshake": (0, 1), "SaslAuthenticate": (0, 1)}

    async def serve(self, stream: trio.abc.Stream) -> None:
        """Answer the requests of one connection until it ends or is to be closed."""
        visit = Visit(self)
        while (frame := await framed(stream)) is not None:
            answer = await visit.answer(frame)
            if answer is not None:
                await stream.send_all(answer)
            if visit.is_over:
                return


@dataclass
class Visit:
    """One connection: how far somebody has come in."""

    guard: Guard
    waits_for: str = "handshake"
    """"handshake", "token", a token "alone", or "requests"."""
    name: str = ""
    """Who is in."""
    until: float = math.inf
    is_over: bool = False
    """Whether the connection is to be closed."""

    async def answer(self, frame: bytes) -> bytes | None:
        """Return what is sent for a frame; None: nothing."""
        if self.waits_for == "alone":
            return self._token_alone(frame)
        header, body = read_request_header(frame)
        version = header.api_version
        if header.api_key == SASL_HANDSHAKE:
            asked = decode(SaslHandshakeRequest, version, frame, offset=body)
            return self._encoded(header, self._shaken(asked.mechanism, version))
        if header.api_key == SASL_AUTHENTICATE and self._takes_tokens():
            said = decode(SaslAuthenticateRequest, version, frame, offset=body)
            return self._encoded(header, self._heard(bytes(said.auth_bytes)))
        if not self._answers(header.api_key):
            self.is_over = True
            return None
        return await self.guard.broker.answer(frame)

    def _takes_tokens(self) -> bool:
        fault = self.guard.fault
        return self.waits_for == "token" or fault == "takes-a-token-first"

    def _answers(self, api_key: int) -> bool:
        if self.waits_for == "requests":
            is_late = trio.current_time() >= self.until
            return not is_late or self.guard.fault == "knows-for-ever"
        fault = self.guard.fault
        return fault == "open" or (
            api_key == API_VERSIONS and fault != "hides-its-versions"
        )

    def _shaken(self, mechanism: str, version: int) -> SaslHandshakeResponse:
        fault, offered = self.guard.fault, ("PLAIN",)
        is_again = self.waits_for == "token"
        is_late = self.waits_for == "requests" and (
            not self.guard.lifetime_ms or fault == "knows-once"
        )
        code = Error.NONE
        if (is_again or is_late) and fault != "shakes-any-hand":
            self._end(is_again)
            code = Error.ILLEGAL_SASL_STATE
        elif mechanism != "PLAIN":
            self._end()
            code = Error.UNSUPPORTED_SASL_MECHANISM
            offered = () if fault == "offers-nothing" else offered
        else:
            self.waits_for = "token" if version else "alone"
        return SaslHandshakeResponse(error_code=code, mechanisms=offered)

    def _end(self, is_over: bool = True) -> None:
        self.is_over = is_over and self.guard.fault != "lingers"

    def _heard(self, token: bytes) -> SaslAuthenticateResponse:
        reason = self._refusal(token)
        if reason is not None:
            self._end()
            code = Error.SASL_AUTHENTICATION_FAILED
            return SaslAuthenticateResponse(
                error_code=code, error_message=reason or None, auth_bytes=b""
            )
        lifetime = self.guard.lifetime_ms
        if lifetime:
            self.until = trio.current_time() + lifetime / 1000
        told = {"tells-no-end": 0, "tells-an-end": 1_000}.get(
            self.guard.fault, lifetime
        )
        return SaslAuthenticateResponse(
            error_code=0, error_message=None, auth_bytes=b"", session_lifetime_ms=told
        )

    def _refusal(self, token: bytes) -> str | None:
        """Return why a token lets nobody in; None if it does, who is noted."""
        fault = self.guard.fault
        _, name, password = [*token.decode().split("\0"), "", ""][:3]
        if fault != "takes-any-password":
            known = self.guard.passwords.get(name)
            if known is None and fault == "tells-who-is-known":
                return "nobody has this name"
            if known is None or known != password:
                return ""
        if self.name not in {"", name} and fault != "changes-hands":
            return "somebody else was here"
        self.name, self.waits_for = name, "requests"
        return None

    def _token_alone(self, token: bytes) -> bytes | None:
        if self._refusal(token) is None and self.guard.fault != "takes-no-bare-token":
            return bytes(4)
        self.is_over = True
        return None

    def _encoded(self, header: RequestHeader, answer: object) -> bytes:
        pieces = encode_response(answer, header.api_version, header.correlation_id)
        return b"".join(pieces)


async def framed(stream: trio.abc.Stream) -> bytes | None:
    """Return the next frame, byte for byte; None at the end."""
    data = b""
    while len(data) < 4 or len(data) < 4 + int.from_bytes(data[:4]):
        wanted = 4 if len(data) < 4 else 4 + int.from_bytes(data[:4])
        more = await stream.receive_some(wanted - len(data))
        if not more:
            return None
        data += more
    return data[4:]
