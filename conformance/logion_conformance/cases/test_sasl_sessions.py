"""How long a broker knows whom it has let in by SASL (KIP-368).

Judged on a listener of the suite's own, whose sessions last two seconds.
"""

from __future__ import annotations

from dataclasses import replace

import trio
from logion.client.connection import Address, Connection
from logion.protocol.errors import Error
from logion.protocol.messages.metadata import MetadataRequest, MetadataResponse

from logion_conformance.asking_in import (
    expect_closed,
    plain_token,
    shake,
    shaken,
    tried_token,
)
from logion_conformance.case import MUST, case, untestable
from logion_conformance.expect import expect, expect_error, expect_success, expect_that
from logion_conformance.guarding import LIFETIME_MS, Guarded
from logion_conformance.securing import Security
from logion_conformance.subject import Subject

APIS = {"SaslAuthenticate": "1+", "SaslHandshake": "1+"}

ASKED = MetadataRequest(topics=())


def brief(guarded: Guarded) -> Address:
    """Return the listener whose sessions are brief; UNTESTABLE if there is none."""
    if guarded.brief is None:
        untestable("it needs a listener whose sessions end soon")
    return guarded.brief


async def let_in(connection: Connection, user: Security, version: int) -> int:
    """Return for how long a user is let in, in ms; Broken if it is not."""
    came = await tried_token(connection, plain_token(user), version)
    expect_success(came.error_code, "the error code of SaslAuthenticate")
    return came.session_lifetime_ms


@case(
    "security.sasl.lifetime.none",
    level=MUST,
    cites="KIP-368: SessionLifetimeMs 0, no lifetime",
    apis=APIS,
)
async def test_a_session_without_an_end_is_told_as_zero(
    broker: Subject, guarded: Guarded, version: int
) -> None:
    """SessionLifetimeMs is 0 on a listener with no `connections.max.reauth.ms`."""
    brief(guarded)  # a broker of the suite's own: what it was set is known
    async with await shaken(broker) as connection:
        lifetime = await let_in(connection, broker.security, version)
    expect("the lifetime", lifetime, 0)


@case(
    "security.sasl.lifetime.told",
    level=MUST,
    cites="KIP-368: SessionLifetimeMs",
    apis=APIS,
)
async def test_the_end_of_a_session_is_told(
    broker: Subject, guarded: Guarded, version: int
) -> None:
    """SessionLifetimeMs is more than 0 and no more than `connections.max.reauth.ms`."""
    async with await shaken(broker, brief(guarded)) as connection:
        lifetime = await let_in(connection, broker.security, version)
    expect_that(
        "the lifetime",
        holds=0 < lifetime <= LIFETIME_MS,
        expected=f"1 to {LIFETIME_MS} ms",
        came=lifetime,
    )


@case(
    "security.sasl.lifetime.again",
    level=MUST,
    cites="KIP-368: re-authentication on the same connection",
    apis=APIS,
)
async def test_a_session_goes_on_for_who_says_again_who_it_is(
    broker: Subject, guarded: Guarded, version: int
) -> None:
    """SaslHandshake and SaslAuthenticate are taken again on the connection, which is
    given a further lifetime, and its requests are answered."""
    async with await shaken(broker, brief(guarded)) as connection:
        await let_in(connection, broker.security, version)
        await shake(connection)
        lifetime = await let_in(connection, broker.security, version)
        metadata = broker.version("Metadata")
        await connection.call(ASKED, MetadataResponse, version=metadata)
    expect_that("the lifetime", holds=lifetime > 0, expected="> 0", came=lifetime)


@case(
    "security.sasl.lifetime.other-name",
    level=MUST,
    cites="KIP-368: the principal may not change",
    apis=APIS,
)
async def test_a_session_does_not_change_hands(
    broker: Subject, guarded: Guarded, version: int
) -> None:
    """Who says to be somebody else than before, with that one's password, is refused:
    SASL_AUTHENTICATION_FAILED."""
    other = guarded.outsider
    async with await shaken(broker, brief(guarded)) as connection:
        await let_in(connection, broker.security, version)
        await shake(connection)
        came = await tried_token(connection, plain_token(other), version)
    expect_error(came.error_code, Error.SASL_AUTHENTICATION_FAILED)


@case(
    "security.sasl.lifetime.wrong-again",
    level=MUST,
    cites="KIP-368: a re-authentication that fails",
    apis=APIS,
)
async def test_a_wrong_password_ends_a_session(
    broker: Subject, guarded: Guarded, version: int
) -> None:
    """SASL_AUTHENTICATION_FAILED, and the connection is closed, whoever was in."""
    wrong = replace(broker.security, password="another")  # noqa: S106 - a wrong one
    async with await shaken(broker, brief(guarded)) as connection:
        await let_in(connection, broker.security, version)
        await shake(connection)
        came = await tried_token(connection, plain_token(wrong), version)
        expect_error(came.error_code, Error.SASL_AUTHENTICATION_FAILED)
        expect("what comes next", await broker.next_frame(connection), None)


@case(
    "security.sasl.lifetime.over",
    level=MUST,
    cites="KIP-368: a session that is over",
    apis=APIS,
)
async def test_nothing_is_told_once_a_session_is_over(
    broker: Subject, guarded: Guarded, version: int
) -> None:
    """A request after the lifetime that was told is not answered: the connection is
    closed. Within it, requests are answered."""
    metadata = broker.version("Metadata")
    async with await shaken(broker, brief(guarded)) as connection:
        lifetime = await let_in(connection, broker.security, version)
        await connection.call(ASKED, MetadataResponse, version=metadata)
        await trio.sleep(lifetime / 1000)  # the promise is about this time
        await expect_closed(connection, ASKED, MetadataResponse, version=metadata)
