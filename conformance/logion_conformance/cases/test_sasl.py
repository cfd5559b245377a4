"""A listener with SASL, before it has let anybody in and while it does.

Judged on a broker of the suite's own, or where the suite is told how to get in (-X
security.protocol=SASL_...).
"""

from __future__ import annotations

from dataclasses import replace

import pytest
from logion.protocol.errors import ApiError, Error
from logion.protocol.framing import SIZE_BYTES
from logion.protocol.messages.api_versions import (
    ApiVersionsRequest,
    ApiVersionsResponse,
)
from logion.protocol.messages.metadata import MetadataRequest, MetadataResponse
from logion.protocol.messages.sasl_authenticate import (
    SaslAuthenticateRequest,
    SaslAuthenticateResponse,
)
from logion.protocol.messages.sasl_handshake import (
    SaslHandshakeRequest,
    SaslHandshakeResponse,
)

from logion_conformance.asking_in import (
    expect_closed,
    plain_token,
    shaken,
    tried_token,
    unknown,
)
from logion_conformance.case import MUST, SHOULD, case
from logion_conformance.expect import (
    Broken,
    expect,
    expect_error,
    expect_in,
    expect_success,
)
from logion_conformance.subject import Subject

NOBODY_KNOWS = "a password that nobody has"

GUARDED = pytest.mark.usefixtures("guarded")

BOTH = {"SaslHandshake": "1+", "SaslAuthenticate": "0+"}


@GUARDED
@case(
    "security.sasl.mechanism",
    level=MUST,
    cites="KIP-43: SaslHandshake",
    apis={"SaslHandshake": "0+"},
)
async def test_a_mechanism_that_is_not_offered_is_refused(
    broker: Subject, version: int
) -> None:
    """UNSUPPORTED_SASL_MECHANISM, with the mechanisms that are offered."""
    async with await unknown(broker) as connection:
        request = SaslHandshakeRequest(mechanism="NONE")
        came = await connection.call(request, SaslHandshakeResponse, version=version)
    expect_error(came.error_code, Error.UNSUPPORTED_SASL_MECHANISM)
    expect_in("the mechanism we use", broker.security.mechanism, came.mechanisms)


@GUARDED
@case(
    "security.sasl.versions",
    level=MUST,
    cites="KIP-35, KIP-43: ApiVersions may be asked before SASL",
    apis={"ApiVersions": "0+"},
)
async def test_versions_are_told_to_everybody(broker: Subject, version: int) -> None:
    """ApiVersions is answered before anybody has said who they are."""
    async with await unknown(broker) as connection:
        request = ApiVersionsRequest(
            client_software_name="logion", client_software_version="1"
        )
        came = await connection.call(request, ApiVersionsResponse, version=version)
    expect_success(came.error_code)


@GUARDED
@case(
    "security.sasl.first",
    level=MUST,
    cites="KIP-43: other requests are refused until SASL is done",
    apis={"Metadata": "0+"},
)
async def test_nothing_else_is_told_to_who_is_not_known(
    broker: Subject, version: int
) -> None:
    """The connection is closed, and the request is not answered."""
    async with await unknown(broker) as connection:
        request = MetadataRequest(topics=())
        await expect_closed(connection, request, MetadataResponse, version=version)


@GUARDED
@case(
    "security.sasl.refused",
    level=MUST,
    cites="KIP-152: SASL_AUTHENTICATION_FAILED",
    apis=BOTH,
)
async def test_a_wrong_password_lets_nobody_in(broker: Subject) -> None:
    """SASL_AUTHENTICATION_FAILED, and nothing that tells whether the name was known."""
    try:
        stranger = replace(broker.security, password=NOBODY_KNOWS)
        stream = await stranger.dial(*broker.address)
    except ApiError as failure:
        expect_error(failure.error, Error.SASL_AUTHENTICATION_FAILED)
        return
    await stream.aclose()
    raise Broken("a wrong password", expected="SASL_AUTHENTICATION_FAILED", came="in")


@GUARDED
@case(
    "security.sasl.name-hidden",
    level=SHOULD,
    cites="KIP-152: the error does not say what is wrong with name or password",
    apis={"SaslAuthenticate": "0+", "SaslHandshake": "1+"},
)
async def test_an_unknown_name_is_refused_like_a_wrong_password(
    broker: Subject, version: int
) -> None:
    """The same code and the same words, so that nobody learns which names there are."""
    wrong = replace(broker.security, password=NOBODY_KNOWS)
    nobody = replace(wrong, username=broker.name_of_its_own())
    told = []
    for user in (wrong, nobody):
        async with await shaken(broker) as connection:
            came = await tried_token(connection, plain_token(user), version)
        expect_error(came.error_code, Error.SASL_AUTHENTICATION_FAILED)
        told.append(came.error_message)
    expect("the words about an unknown name", told[1], told[0])


@GUARDED
@case(
    "security.sasl.token.broken",
    level=MUST,
    cites="KIP-152: SASL_AUTHENTICATION_FAILED; RFC 4616, section 2",
    apis={"SaslAuthenticate": "0+", "SaslHandshake": "1+"},
)
async def test_a_token_that_is_none_lets_nobody_in(
    broker: Subject, version: int
) -> None:
    """SASL_AUTHENTICATION_FAILED for bytes that are no token of the mechanism, and the
    connection is closed."""
    async with await shaken(broker) as connection:
        came = await tried_token(connection, b"no token", version)
        expect_error(came.error_code, Error.SASL_AUTHENTICATION_FAILED)
        expect("what comes next", await broker.next_frame(connection), None)


@GUARDED
@case(
    "security.sasl.token.first",
    level=MUST,
    cites="KIP-152: SaslAuthenticate follows SaslHandshake",
    apis={"SaslAuthenticate": "0+"},
)
async def test_a_token_comes_after_a_handshake(broker: Subject, version: int) -> None:
    """SaslAuthenticate without a SaslHandshake before it closes the connection."""
    request = SaslAuthenticateRequest(auth_bytes=plain_token(broker.security))
    async with await unknown(broker) as connection:
        await expect_closed(
            connection, request, SaslAuthenticateResponse, version=version
        )


@GUARDED
@case(
    "security.sasl.token.alone",
    level=MUST,
    cites="KIP-43: tokens without a request around follow SaslHandshake 0",
    apis={"SaslHandshake": "0"},
)
async def test_old_clients_send_tokens_alone(broker: Subject) -> None:
    """After SaslHandshake 0 the token follows by itself, with its size in front; the
    client is in, and its requests are answered."""
    token = plain_token(broker.security)
    async with await shaken(broker, version=0) as connection:
        await connection.exchange(len(token).to_bytes(SIZE_BYTES, "big") + token)
        await connection.call(
            MetadataRequest(topics=()),
            MetadataResponse,
            version=broker.version("Metadata"),
        )


@GUARDED
@case(
    "security.sasl.handshake.twice",
    level=SHOULD,
    cites="KIP-152: a token follows SaslHandshake; error 34 ILLEGAL_SASL_STATE",
    apis=BOTH,
)
async def test_a_second_handshake_is_no_token(broker: Subject) -> None:
    """SaslHandshake where a token is awaited is ILLEGAL_SASL_STATE, and the connection
    is closed."""
    request = SaslHandshakeRequest(mechanism=broker.security.mechanism)
    async with await shaken(broker) as connection:
        came = await connection.call(request, SaslHandshakeResponse, version=1)
        expect_error(came.error_code, Error.ILLEGAL_SASL_STATE)
        expect("what comes next", await broker.next_frame(connection), None)


@GUARDED
@case(
    "security.sasl.handshake.late",
    level=SHOULD,
    cites="KIP-43, KIP-368: error 34 ILLEGAL_SASL_STATE",
    apis={"SaslHandshake": "0+"},
)
async def test_who_is_in_shakes_no_hands(broker: Subject, version: int) -> None:
    """Where sessions have no end, SaslHandshake of a client that is in already is
    ILLEGAL_SASL_STATE, and it stays in."""
    request = SaslHandshakeRequest(mechanism=broker.security.mechanism)
    connection = await broker.connect()
    came = await connection.call(request, SaslHandshakeResponse, version=version)
    expect_error(came.error_code, Error.ILLEGAL_SASL_STATE)
    await connection.call(MetadataRequest(topics=()), MetadataResponse)
