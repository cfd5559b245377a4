"""Cases about SASL pass where it is kept, and each catches a listener that is wrong."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest
from logion.client.connection import Address, Options
from logion_conformance.case import limits_of, versions_to_try
from logion_conformance.catalogue import functions
from logion_conformance.expect import only_leaf
from logion_conformance.guarding import Guarded
from logion_conformance.opening import open_subject
from logion_conformance.securing import Security
from logion_conformance.subject import Subject
from logion_conformance.tape import Tape
from logion_conformance.targets import Target, ask_versions
from logion_harness.miniatures.suite import Trying

from tests.logion.client.small_broker import SmallBroker
from tests.logion_conformance.servers import Guard, listening
from tests.logion_conformance.trying import CAUGHT_AS

ALICE = Security(protocol="SASL_PLAINTEXT", username="alice", password="secret")
BOB = replace(ALICE, username="bob")

LIFETIME_MS = 1_000

SASL = "security.sasl."

CASES = {
    case.id.removeprefix(SASL): Trying(case, function)
    for case, function in functions()
    if case.id.startswith(SASL)
}

WRONG = {
    "first": "open",
    "handshake.late": "shakes-any-hand",
    "handshake.twice": "shakes-any-hand",
    "lifetime.again": "knows-once",
    "lifetime.none": "tells-an-end",
    "lifetime.other-name": "changes-hands",
    "lifetime.over": "knows-for-ever",
    "lifetime.told": "tells-no-end",
    "lifetime.wrong-again": "lingers",
    "mechanism": "offers-nothing",
    "name-hidden": "tells-who-is-known",
    "refused": "takes-any-password",
    "token.alone": "takes-no-bare-token",
    "token.broken": "lingers",
    "token.first": "takes-a-token-first",
    "versions": "hides-its-versions",
}
"""The way to be wrong that each case catches."""


@asynccontextmanager
async def guarded(fault: str) -> AsyncIterator[tuple[Address, Address]]:
    """Yield two listeners of a guarded broker, the second one's sessions are brief."""
    broker = SmallBroker()
    users = {ALICE.username: ALICE.password, BOB.username: BOB.password}
    async with (
        listening(Guard(broker, users, fault).serve) as address,
        listening(Guard(broker, users, fault, LIFETIME_MS).serve) as brief,
    ):
        yield address, brief


async def tried(name: str, fault: str = "") -> None:
    """Try a case in its newest version on a guarded broker."""
    trying = CASES[name]
    async with guarded(fault) as (address, brief):
        spoken = await ask_versions(address, Options(dial=ALICE.dial))
        target = Target((address,), None, spoken)
        version = versions_to_try(trying.case, spoken)[-1]
        given: dict[str, Any] = {}
        if trying.takes("version"):
            given["version"] = version
        if trying.takes("guarded"):
            given["guarded"] = Guarded(target, ALICE, BOB, brief)
        async with subject_at(target, trying, version, fault) as subject:
            await trying.function(subject, **given)


@asynccontextmanager
async def subject_at(
    target: Target, trying: Trying, version: int, fault: str
) -> AsyncIterator[Subject]:
    """Yield the broker for one case; what never comes is not waited for long."""
    async with open_subject(
        target,
        limits_of(trying.case, version),
        prefix="t",
        timeout_s=0.5 if fault == "lingers" else 60,
        exchanges=[],
        tape=Tape(security=ALICE),
    ) as subject:
        yield subject


@pytest.mark.parametrize("name", CASES)
async def test_a_listener_that_keeps_them_passes(name: str) -> None:
    await tried(name)


@pytest.mark.parametrize("name", CASES)
async def test_a_listener_that_is_wrong_is_caught(name: str) -> None:
    with pytest.raises((*CAUGHT_AS, BaseExceptionGroup)) as caught:
        await tried(name, WRONG[name])
    assert isinstance(only_leaf(caught.value), CAUGHT_AS), caught.value
