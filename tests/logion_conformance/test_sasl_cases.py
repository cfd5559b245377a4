"""Cases about SASL pass where it is kept, and catch a listener that lets anybody in."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from logion.client.connection import Address, Options
from logion_conformance.case import limits_of
from logion_conformance.cases import test_sasl as cases
from logion_conformance.expect import Broken, only_leaf
from logion_conformance.securing import IN_CLEAR, Security
from logion_conformance.subject import Subject, open_subject
from logion_conformance.tape import Tape
from logion_conformance.targets import Target, ask_versions

from tests.logion.client.small_broker import SPOKEN, SmallBroker
from tests.logion_conformance.servers import Serve, guarded, listening
from tests.logion_conformance.trying import case_in

KNOWN = Security(protocol="SASL_PLAINTEXT", username="alice", password="secret")

CASES: dict[str, Callable[..., Awaitable[None]]] = {
    "mechanism": cases.test_a_mechanism_that_is_not_offered_is_refused,
    "versions": cases.test_versions_are_told_to_everybody,
    "first": cases.test_nothing_else_is_told_to_who_is_not_known,
    "refused": cases.test_a_wrong_password_lets_nobody_in,
}


@asynccontextmanager
async def subject_at(
    address: Address, security: Security, name: str
) -> AsyncIterator[Subject]:
    options = Options(dial=security.dial)
    target = Target((address,), None, await ask_versions(address, options))
    async with open_subject(
        target,
        limits_of(case_in(CASES[name])),
        prefix="t",
        timeout_s=60,
        exchanges=[],
        tape=Tape(security=security),
    ) as subject:
        yield subject


async def tried(serve: Serve, name: str, security: Security) -> None:
    arguments: dict[str, Any] = {} if name == "refused" else {"version": 1}
    async with (
        listening(serve) as address,
        subject_at(address, security, name) as subject,
    ):
        await CASES[name](subject, **arguments)


def broker() -> SmallBroker:
    return SmallBroker(
        spoken={**SPOKEN, "SaslHandshake": (0, 1), "SaslAuthenticate": (0, 1)}
    )


@pytest.mark.parametrize("name", CASES)
async def test_a_listener_that_keeps_them_passes(name: str) -> None:
    await tried(guarded(broker(), "alice", "secret"), name, KNOWN)


@pytest.mark.parametrize(("name", "fault"), [("refused", "any"), ("first", "open")])
async def test_a_listener_that_lets_anybody_in_is_caught(name: str, fault: str) -> None:
    serve = guarded(broker(), "alice", "secret", fault=fault)
    with pytest.raises((Broken, ExceptionGroup)) as caught:
        await tried(serve, name, KNOWN)
    assert isinstance(only_leaf(caught.value), Broken)


async def test_without_sasl_they_do_not_apply() -> None:
    with pytest.raises(BaseExceptionGroup) as caught:
        await tried(broker().serve, "refused", IN_CLEAR)  # type: ignore[arg-type]
    assert "has no SASL" in str(only_leaf(caught.value))
