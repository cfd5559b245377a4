"""What is behind an address that does not answer as a broker does, and what to try.

The address is asked once more, by bare sockets: ApiVersions in clear and, if nothing
comes of it, a handshake of TLS and a question of HTTP. What a broker, or a server of
another kind, says to that tells them apart. Every wait is short, and little is read.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Awaitable, Callable
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

ALERT = b"\x15\x03"
"""How TLS begins to complain of what it does not understand."""

NO_TLS = "leave out SSL, or try the port of a listener that has TLS"

Dial = Callable[[str, int], Awaitable[trio.abc.Stream]]

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
        return await behind_tls(address, failure, security, seen)
    if isinstance(seen, bytes):
        return other_server(seen) or str(failure)
    if await speaks_tls(address):
        return "it speaks TLS: try -X security.protocol=SSL, or the port without TLS"
    return other_server(await page_or(seen, address)) or mute(seen)


async def behind_tls(
    address: Address, failure: Exception, security: Security, seen: bytes | str
) -> str:
    """Say what may be wrong with a listener that was to be asked by TLS.

    `seen` is what it says in clear; within TLS it is asked once more, though not who it
    is: any certificate will do.
    """
    if problem := certificate_problem(failure):
        return f"{problem}: try -X ssl.ca.location=FILE, the PEM of who has signed it"
    if isinstance(seen, bytes) and not seen.startswith(ALERT):
        return without_tls(seen)
    dial = replace(security, protocol="SSL", verifies=False).dial
    try:
        heard = await glimpse(address, dial=dial)
    except (OSError, trio.TooSlowError) as refusal:
        page = await page_or(seen, address)
        is_clear = isinstance(page, bytes) and not page.startswith(ALERT)
        return without_tls(page) if is_clear else no_tls(refusal)
    if isinstance(heard, bytes):
        return other_server(heard) or str(failure)
    page = await page_or(heard, address, dial)
    return other_server(page) or f"it speaks TLS, but {mute(heard)}"


async def page_or(
    seen: bytes | str, address: Address, dial: Dial = trio.open_tcp_stream
) -> bytes | str:
    """Return what a server that was silent says to HTTP; else what was seen."""
    return await glimpse(address, HTTP_QUESTION, dial) if seen == SILENT else seen


async def glimpse(
    address: Address, question: bytes = QUESTION, dial: Dial = trio.open_tcp_stream
) -> bytes | str:
    """Return what is said to ApiVersions, or CLOSED, or SILENT; in clear at first."""
    with trio.fail_after(GLIMPSE_SECONDS):
        stream = await dial(address.host, address.port)
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


def certificate_problem(failure: Exception) -> str:
    """Return what is wrong with a listener's certificate; empty if nothing is."""
    reasons = (failure.__cause__, failure)
    is_one = any(isinstance(it, ssl.SSLCertVerificationError) for it in reasons)
    return str(failure) if is_one else ""


def without_tls(seen: bytes | str) -> str:
    """Say what a server may be that answers in clear, and was asked by TLS."""
    told = other_server(seen)
    return told or "it answers without TLS: leave out SSL, or try the port of TLS"


def no_tls(refusal: Exception) -> str:
    """Say what a server may be that does not shake hands."""
    if isinstance(refusal, trio.TooSlowError):
        what = f"it did not shake hands by TLS within {GLIMPSE_SECONDS:g} s"
    elif isinstance(refusal, ssl.SSLError) and not isinstance(refusal, ssl.SSLEOFError):
        return f"no TLS with it ({refusal.reason}): {NO_TLS}"
    else:
        what = "it closed the connection at the handshake of TLS"
    return f"{what}: {NO_TLS}"


def is_broker(seen: bytes | str) -> bool:
    """Whether the answer to ApiVersions has the number of the question."""
    return isinstance(seen, bytes) and seen[4:8] == QUESTION[8:12]


def other_server(seen: bytes | str) -> str:
    """Say what a server is that began to answer so; empty if it is a broker, or did
    not answer."""
    if isinstance(seen, str) or is_broker(seen):
        return ""
    if seen.startswith(ALERT):
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
