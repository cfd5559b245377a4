"""One case of the suite, tried on a small broker that is right or wrong."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import pytest
from logion.client.connection import Options
from logion.client.versions import VersionRange, Versions
from logion.protocol.errors import ApiError, ProtocolError
from logion_conformance.case import Case, limits_of
from logion_conformance.expect import Broken
from logion_conformance.opening import open_subject
from logion_conformance.subject import Subject
from logion_conformance.targets import Target, ask_versions

from tests.logion.client.small_broker import SmallBroker

CaseFunction = Callable[..., Awaitable[None]]

EMPTY: Mapping[int, VersionRange] = {}

PATIENCE_S = 60.0
"""An answer that comes is waited for, however busy the machine; one that a fault keeps
back is not."""

CAUGHT_AS = (Broken, ProtocolError, ApiError)
"""What a case raises: its own judgement, or the client's of what it was sent."""


def case_in(function: CaseFunction) -> Case:
    """Return the case that a function of the suite is."""
    marks: list[Any] = function.pytestmark  # type: ignore[attr-defined]
    (mark,) = [mark for mark in marks if mark.name == "case"]
    found: Case = mark.args[0]
    return found


async def tried(
    broker: SmallBroker,
    function: CaseFunction,
    timeout_s: float = PATIENCE_S,
    *,
    readable: Mapping[int, VersionRange] = EMPTY,
) -> None:
    """Run one case on a broker, in the newest version both speak.

    `readable` is what the broker is found to answer, where that is less.
    """
    spoken: Versions = await ask_versions(broker.address, Options())
    target = Target((broker.address,), None, spoken, readable)
    limits = limits_of(case_in(function))
    async with open_subject(
        target, limits, prefix="t", timeout_s=timeout_s, exchanges=[]
    ) as subject:
        await function(subject, **arguments(subject, function))


def arguments(subject: Subject, function: CaseFunction) -> dict[str, int]:
    """Return the version that a case asks for, if it does."""
    if "version" not in function.__annotations__:
        return {}
    return {"version": subject.version(next(iter(case_in(function).apis)))}


async def expect_caught(broker: SmallBroker, function: CaseFunction) -> None:
    """See that a case finds fault with a broker, and says so as cases do."""
    with pytest.raises((*CAUGHT_AS, ExceptionGroup)) as caught:
        await tried(broker, function, timeout_s=1.0)
    if isinstance(caught.value, ExceptionGroup):
        assert caught.value.split(CAUGHT_AS)[1] is None
