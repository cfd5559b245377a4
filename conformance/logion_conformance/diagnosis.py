"""What is behind an address that does not answer as a broker does, and what to try.

The address is asked once more, by bare sockets: ApiVersions in clear and, if nothing
comes of it, a handshake of TLS and a question of HTTP. What a broker, or a server of
another kind, says to that tells them apart. Every wait is short, and little is read.
"""

from __future__ import annotations

import socket
import ssl
from contextlib import suppress
from dataclasses import replace

import trio
from logion.client.connection import Address, Exchange, Options, connect
from logion.protocol.errors import ApiError, Error, ProtocolError
from logion.protocol.headers import encode_request
from logion.protocol.messages.api_versions import ApiVersionsRequest
from logion.protocol.messages.metadata import MetadataRequest, MetadataResponse
from logion.protocol.messages.sasl_handshake import (
    SaslHandshakeRequest,
    SaslHandshakeResponse,
)

from logion_conformance.securing import Security, shaken_hands

GLIMPSE_SECONDS = 2.0
"""How long something is waited for that a broker would say at once."""

GLIMPSE_BYTES = 200
"""How much of it is looked at."""

QUESTION = b"".join(encode_request(ApiVersionsRequest(), 0, 1, "logion-conformance"))

HTTP_QUESTION = b"HEAD / HTTP/1.0\r\n\r\n"
"""What a server of HTTP answers that waits for a line, and finds none in QUESTION."""

SHOWN = 24
"""Bytes, or characters, of what came that are told."""

CLOSED = "closed"
SILENT = "silent"


async def diagnosis(address: Address, failure: Exception, security: Security) -> str:
    """Return in one line what was seen at an address, and what to try."""
    try:
        seen = await glimpse(address)
    except trio.TooSlowError:
        return (
            f"no connection within {GLIMPSE_SECONDS:g} s: check host, port and firewall"
        )
    except OSError as problem:
        return unreachable(address, problem)
    if security.has_tls:
        return without_tls(seen, failure)
    if isinstance(seen, bytes):
        return other_server(seen) or str(failure)
    if await speaks_tls(address):
        return "it speaks TLS: try -X security.protocol=SSL, or the port without TLS"
    page = await glimpse(address, HTTP_QUESTION) if seen == SILENT else CLOSED
    return other_server(page) if isinstance(page, bytes) else mute(seen)


async def glimpse(address: Address, question: bytes = QUESTION) -> bytes | str:
    """Return what is said to ApiVersions in clear, or CLOSED, or SILENT."""
    with trio.fail_after(GLIMPSE_SECONDS):
        stream = await trio.open_tcp_stream(address.host, address.port)
    async with stream:
        with trio.move_on_after(GLIMPSE_SECONDS):
            try:
                await stream.send_all(question)
                return bytes(await stream.receive_some(GLIMPSE_BYTES)) or CLOSED
            except trio.BrokenResourceError:
                return CLOSED
    return SILENT


async def speaks_tls(address: Address) -> bool:
    """Whether somebody there shakes hands by TLS, whoever it is."""
    context = Security(verifies=False).context()
    with suppress(OSError), trio.move_on_after(GLIMPSE_SECONDS):
        stream = await trio.open_tcp_stream(address.host, address.port)
        async with stream:
            await shaken_hands(stream, context, address.host)
            return True
    return False


def unreachable(address: Address, problem: OSError) -> str:
    """Say why nobody could be reached."""
    cause = problem.__cause__ or problem
    several = cause.exceptions if isinstance(cause, ExceptionGroup) else [cause]
    if any(isinstance(it, ConnectionRefusedError) for it in several):
        return "nobody listens there (connection refused): check the port, or start it"
    if isinstance(problem, socket.gaierror):
        return f"there is no host {address.host!r} ({problem.strerror}): check the name"
    return f"it cannot be reached ({cause}): check host and port"


def without_tls(seen: bytes | str, failure: Exception) -> str:
    """Say what may be wrong with a listener that was to be asked by TLS."""
    reasons = (failure.__cause__, failure)
    if any(isinstance(it, ssl.SSLCertVerificationError) for it in reasons):
        return f"{failure}: try -X ssl.ca.location=FILE, the PEM of who has signed it"
    if isinstance(seen, bytes) and seen[4:8] == QUESTION[8:12]:
        return "it answers without TLS: leave out SSL, or try the port of TLS"
    told = other_server(seen) if isinstance(seen, bytes) and seen[:1] != b"\x15" else ""
    return told or str(failure)


def other_server(seen: bytes) -> str:
    """Say what a server is that began to answer so; empty if it is a broker."""
    if seen[4:8] == QUESTION[8:12]:
        return ""
    if seen[:2] == b"\x15\x03":
        return "it speaks TLS: try -X security.protocol=SSL, or the port without TLS"
    words = seen.split(b"\r")[0].split(b"\n")[0][:SHOWN].decode("ascii", "replace")
    if seen.startswith((b"HTTP/", b"<")):
        return f"an HTTP server ({words!r}), no broker: try the port of a listener"
    if seen[:SHOWN].strip().isascii() and words.isprintable():
        return f"it answered ApiVersions with {words!r}: no broker, try another port"
    return (
        f"it answered ApiVersions with bytes that are no answer ({seen[:SHOWN].hex()}):"
        " no broker, or a broken one; try another port"
    )


def mute(seen: str) -> str:
    """Say what a server may be that says nothing."""
    what = (
        "it closed the connection at ApiVersions"
        if seen == CLOSED
        else f"it did not answer ApiVersions within {GLIMPSE_SECONDS:g} s"
    )
    return (
        f"{what}: a broker before 0.10 needs --release 0.9.0; "
        "else it is no broker, or one that hangs: try another port"
    )


async def shut_out(address: Address, options: Options) -> str:
    """Return what to try at a listener that lets nobody ask without SASL; else empty.

    Whatever else is wrong with its answers is for the cases to find.
    """
    request = MetadataRequest(topics=())
    failure = await failure_of(address, options, request, MetadataResponse)
    if not isinstance(failure, ApiError) or failure.error != Error.NETWORK_EXCEPTION:
        return ""
    offers: list[Exchange] = []
    heard = replace(options, observe=offers.append)
    handshake = SaslHandshakeRequest(mechanism="none of these")
    await failure_of(address, heard, handshake, SaslHandshakeResponse)
    offer = offers[-1].answer if offers else None
    if not isinstance(offer, SaslHandshakeResponse) or not offer.mechanisms:
        return ""
    return (
        f"it wants SASL and offers {', '.join(offer.mechanisms)}: try -X "
        "security.protocol=SASL_PLAINTEXT (or SASL_SSL) -X sasl.mechanism=... "
        "-X sasl.username=..."
    )


async def failure_of(
    address: Address, options: Options, request: object, answer: type[object]
) -> ApiError | ProtocolError | None:
    """Return what went wrong when a broker was asked on a connection of its own."""
    try:
        async with await connect(address, options) as connection:
            await connection.call(request, answer)
    except (ApiError, ProtocolError) as failure:
        return failure
    return None
