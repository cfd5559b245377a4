"""A listener with SASL, before it has let anybody in.

Judged where the suite is told how to get in (-X security.protocol=SASL_...).
"""

from __future__ import annotations

from dataclasses import replace

import pytest
from logion.client.connection import Connection
from logion.protocol.errors import ApiError, Error
from logion.protocol.messages.api_versions import (
    ApiVersionsRequest,
    ApiVersionsResponse,
)
from logion.protocol.messages.metadata import MetadataRequest, MetadataResponse
from logion.protocol.messages.sasl_handshake import (
    SaslHandshakeRequest,
    SaslHandshakeResponse,
)

from logion_conformance.case import MUST, case
from logion_conformance.expect import Broken, expect_error, expect_in, expect_success
from logion_conformance.subject import Subject

NOBODY_KNOWS = "a password that nobody has"


async def unknown(broker: Subject) -> Connection:
    """Return a connection on which nobody has said who they are; UNSUPPORTED without
    SASL."""
    security = broker.security
    if not security.has_sasl:
        pytest.skip("the listener has no SASL, or the suite was told of none")
    protocol = "SSL" if security.has_tls else "PLAINTEXT"
    stream = await replace(security, protocol=protocol).dial(*broker.address)
    return Connection(stream, broker.cluster.options)


@pytest.mark.sasl
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


@pytest.mark.sasl
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


@pytest.mark.sasl
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
        try:
            came = await connection.call(request, MetadataResponse, version=version)
        except ApiError as failure:
            expect_error(failure.error, Error.NETWORK_EXCEPTION, what="what became")
            return
    raise Broken("Metadata", expected="a closed connection", came=f"{came!r:.80}")


@pytest.mark.sasl
@case(
    "security.sasl.refused",
    level=MUST,
    cites="KIP-152: SASL_AUTHENTICATION_FAILED",
    apis={"SaslHandshake": "1+", "SaslAuthenticate": "0+"},
)
async def test_a_wrong_password_lets_nobody_in(broker: Subject) -> None:
    """SASL_AUTHENTICATION_FAILED, and nothing that tells whether the name was known."""
    await (await unknown(broker)).aclose()
    try:
        stranger = replace(broker.security, password=NOBODY_KNOWS)
        stream = await stranger.dial(*broker.address)
    except ApiError as failure:
        expect_error(failure.error, Error.SASL_AUTHENTICATION_FAILED)
        return
    await stream.aclose()
    raise Broken("a wrong password", expected="SASL_AUTHENTICATION_FAILED", came="in")
