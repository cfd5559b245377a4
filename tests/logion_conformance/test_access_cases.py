"""The judge of access is judged: who lets everybody do everything is caught.

No miniature can have these cases fail, for the reference asks nobody who it is. That is
itself the worst that a guarded broker can do: the cases are tried on the reference, as
if it had been told to be guarded, and each has to find fault with it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

import pytest
import trio
from logion.client.connection import address_of
from logion.testing import Broker
from logion_conformance.case import limits_of, unsupported, versions_to_try
from logion_conformance.catalogue import functions
from logion_conformance.expect import Broken, only_leaf
from logion_conformance.opening import open_subject
from logion_conformance.securing import IN_CLEAR
from logion_conformance.targets import Target, meet
from logion_harness.miniatures.suite import Trying

from tests.effort import usually

CASES: Mapping[str, Trying] = {
    it.case.id: it
    for it in (Trying(case, function) for case, function in functions())
    if it.case.area == "access"
}

SOME = {*list(CASES)[::4]}
"""Enough of them for `make test`; `make verify` tries all."""

ANSWER_S = 1.0
"""How long a rule may take to hold that never will."""


@pytest.fixture(scope="module")
def open_to_all() -> Iterator[Target]:
    with Broker(config={"group.initial.rebalance.delay.ms": "0"}) as broker:
        yield meet((address_of(broker.bootstrap),), None)


async def tried(target: Target, trying: Trying) -> None:
    """Try a case in its newest version, with a stranger who is anybody."""
    newest = versions_to_try(trying.case, target.versions)[-1]
    async with open_subject(
        target,
        limits_of(trying.case, newest),
        prefix="t",
        timeout_s=ANSWER_S,
        exchanges=[],
    ) as subject:
        given: dict[str, Any] = {}
        if trying.takes("version"):
            given["version"] = newest
        if trying.takes("stranger"):
            given["stranger"] = await subject.met_by(IN_CLEAR)
        if trying.takes("broker"):
            given["broker"] = subject
        await trying.function(**given)


def test_there_are_cases_about_access() -> None:
    assert len(CASES) > 60


@pytest.mark.parametrize("name", usually(CASES, lambda it: it in SOME))
def test_a_broker_that_is_open_to_all_is_caught(open_to_all: Target, name: str) -> None:
    assert unsupported(CASES[name].case, open_to_all.versions) is None
    with pytest.raises((Broken, BaseExceptionGroup)) as caught:
        trio.run(partial(tried, open_to_all, CASES[name]))
    assert isinstance(only_leaf(caught.value), Broken), caught.value
