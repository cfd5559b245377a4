"""Servers that are no brokers, or brokers that let in only whom they know."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import trio
from logion.client.connection import Address
from logion.protocol.apis import API_VERSIONS, api_named
from logion.protocol.codec import decode
from logion.protocol.errors import Error
from logion.protocol.headers import encode_response, read_request_header
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
    """Return what serves a broker to those alone who know the password: SASL, PLAIN.

    With the fault "any" every password will do, with "open" none is needed.
    """
    token = f"\0{username}\0{password}".encode()

    async def serve(stream: trio.abc.Stream) -> None:
        while (frame := await framed(stream)) is not None:
            header, body = read_request_header(frame)
            if header.api_key == SASL_HANDSHAKE:
                asked = decode(SaslHandshakeRequest, 1, frame, offset=body)
                is_known = asked.mechanism == "PLAIN"
                code = Error.NONE if is_known else Error.UNSUPPORTED_SASL_MECHANISM
                answer = SaslHandshakeResponse(error_code=code, mechanisms=("PLAIN",))
            elif header.api_key == SASL_AUTHENTICATE:
                said = decode(SaslAuthenticateRequest, 0, frame, offset=body)
                is_in = bytes(said.auth_bytes) == token or fault == "any"
                code = Error.NONE if is_in else Error.SASL_AUTHENTICATION_FAILED
                answer = SaslAuthenticateResponse(
                    error_code=code, error_message=None, auth_bytes=b""
                )
            elif header.api_key == API_VERSIONS or fault == "open":
                await stream.send_all(await broker.answer(frame) or b"")
                continue
            else:
                return
            pieces = encode_response(answer, header.api_version, header.correlation_id)
            await stream.send_all(b"".join(pieces))
            if isinstance(answer, SaslAuthenticateResponse):
                if is_in:
                    await broker.serve(stream)  # type: ignore[arg-type]
                return

    return serve


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
