"""The steps of SASL one by one, for cases about each of them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from logion.client.connection import Address, Connection
from logion.protocol.errors import ApiError, Error
from logion.protocol.messages.sasl_authenticate import (
    SaslAuthenticateRequest,
    SaslAuthenticateResponse,
)
from logion.protocol.messages.sasl_handshake import (
    SaslHandshakeRequest,
    SaslHandshakeResponse,
)

from logion_conformance.expect import Broken, expect_error, expect_success
from logion_conformance.sasl import plain
from logion_conformance.securing import Security
from logion_conformance.subject import Subject


async def unknown(broker: Subject, address: Address | None = None) -> Connection:
    """Return a connection on which nobody has said who they are; TLS is done."""
    security = broker.security
    protocol = "SSL" if security.has_tls else "PLAINTEXT"
    silent = replace(security, protocol=protocol)
    stream = await silent.dial(*(address or broker.address))
    return Connection(stream, broker.cluster.options)


async def shaken(
    broker: Subject, address: Address | None = None, *, version: int = 1
) -> Connection:
    """Return a connection that waits for a token of PLAIN; UNSUPPORTED if the suite
    gets in by another mechanism."""
    if broker.security.mechanism != "PLAIN":
        pytest.skip(f"the suite was told of {broker.security.mechanism}, not of PLAIN")
    connection = await unknown(broker, address)
    await shake(connection, version=version)
    return connection


async def shake(connection: Connection, *, version: int = 1) -> None:
    """Ask to be let in by PLAIN; Broken if the broker does not want to."""
    request = SaslHandshakeRequest(mechanism="PLAIN")
    came = await connection.call(request, SaslHandshakeResponse, version=version)
    expect_success(came.error_code, "the error code of SaslHandshake")


def plain_token(user: Security) -> bytes:
    """Return what a user says in PLAIN."""
    return next(plain(user.username, user.password))


async def tried_token(
    connection: Connection, token: bytes, version: int
) -> SaslAuthenticateResponse:
    """Return what the broker says to a token."""
    request = SaslAuthenticateRequest(auth_bytes=token)
    return await connection.call(request, SaslAuthenticateResponse, version=version)


async def expect_closed(
    connection: Connection, request: Any, answer: type[Any], *, version: int
) -> None:
    """Nothing if a request is not answered but closes the connection; Broken if not."""
    try:
        came = await connection.call(request, answer, version=version)
    except ApiError as failure:
        expect_error(failure.error, Error.NETWORK_EXCEPTION, what="what became")
        return
    name = type(request).__name__.removesuffix("Request")
    raise Broken(name, expected="a closed connection", came=f"{came!r:.80}")
