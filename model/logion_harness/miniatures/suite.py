"""The cases of the conformance suite, to be run without pytest on any target."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import Any, TypeAlias

import outcome
import pytest
import trio
from logion_conformance.case import (
    CASE_SECONDS_MAX,
    Case,
    limits_of,
    quick,
    unsupported,
    versions_to_try,
)
from logion_conformance.catalogue import CaseFunction, functions
from logion_conformance.expect import only_leaf
from logion_conformance.opening import open_subject
from logion_conformance.provisioner import Provisioner
from logion_conformance.results.model import Verdict
from logion_conformance.targets import Target

Arguments: TypeAlias = Mapping[str, Any]

PREFIX = "miniature"


@dataclass(frozen=True, slots=True)
class Trying:
    """A case, and the function that tries it."""

    case: Case
    function: CaseFunction

    @property
    def stops_the_broker(self) -> bool:
        """Whether it needs a broker of its own, to stop it."""
        return self._uses("provisioner")

    @property
    def is_about_access(self) -> bool:
        """Whether it needs a broker that asks who is there."""
        return self._uses("guarded") or self.takes("stranger")

    @property
    def has_version(self) -> bool:
        """Whether it is tried once for each version of its first API."""
        return self._uses("version")

    def arguments(self) -> Iterator[Arguments]:
        """Yield what it is tried with, other than its version."""
        choices = [_choices(*it.args[:2]) for it in self._marks("parametrize")]
        for chosen in product(*choices):
            yield {name: value for one in chosen for name, value in one.items()}

    def takes(self, fixture: str) -> bool:
        """Whether its function has a parameter of this name."""
        return fixture in self.function.__annotations__

    def _uses(self, fixture: str) -> bool:
        used = {name for it in self._marks("usefixtures") for name in it.args}
        return self.takes(fixture) or fixture in used

    def _marks(self, name: str) -> Iterator[pytest.Mark]:
        marks: list[pytest.Mark] = getattr(self.function, "pytestmark", [])
        return (mark for mark in marks if mark.name == name)


def _choices(names: str | Sequence[str], values: Sequence[Any]) -> list[Arguments]:
    if isinstance(names, str):
        return [{names: value} for value in values]
    return [dict(zip(names, several, strict=True)) for several in values]


@cache
def suite() -> Mapping[str, Trying]:
    """Return every case by its id, but those about access, which need what no miniature
    has, as the reference has none of it: SASL and an authorizer."""
    tried = (Trying(case, function) for case, function in functions())
    found = {it.case.id: it for it in tried if not it.is_about_access}
    return dict(sorted(found.items()))


@dataclass(frozen=True, slots=True)
class Judge:
    """What tries cases on a target."""

    target: Target
    timeout_s: float
    """Longest wait for one answer."""
    provisioner: Provisioner | None = None
    """What stops the target, for cases that need that."""
    tries_oldest: bool = True
    """Whether the oldest versions are tried, too."""

    async def verdict(self, trying: Trying) -> Verdict:
        """Return what a case comes to, tried in its newest version and its oldest.

        At the first failure it is over. It is UNTESTABLE if the target would have to be
        stopped and cannot be.
        """
        if unsupported(trying.case, self.target.versions) is not None:
            return Verdict.UNSUPPORTED
        if trying.stops_the_broker and self.provisioner is None:
            return Verdict.UNTESTABLE
        verdicts = [Verdict.UNSUPPORTED]
        for version in self._versions(trying):
            for arguments in trying.arguments():
                verdicts.append(await self._once(trying, version, arguments))
                if verdicts[-1] is Verdict.FAIL:
                    return Verdict.FAIL
        return Verdict.PASS if Verdict.PASS in verdicts else Verdict.UNSUPPORTED

    def _versions(self, trying: Trying) -> list[int | None]:
        if not trying.has_version:
            return [None]
        oldest, *newer = quick(versions_to_try(trying.case, self.target.versions))
        return [*newer, oldest] if self.tries_oldest or not newer else [*newer]

    async def _once(
        self, trying: Trying, version: int | None, arguments: Arguments
    ) -> Verdict:
        with trio.move_on_after(CASE_SECONDS_MAX):
            ended = await outcome.acapture(self._run, trying, version, arguments)
            return _verdict(ended)
        return Verdict.FAIL

    async def _run(
        self, trying: Trying, version: int | None, arguments: Arguments
    ) -> None:
        given = dict(arguments)
        if trying.takes("version"):
            given["version"] = version
        if trying.takes("provisioner"):
            given["provisioner"] = self.provisioner
        async with open_subject(
            self.target,
            limits_of(trying.case, version),
            prefix=PREFIX,
            timeout_s=self.timeout_s,
            exchanges=[],
        ) as subject:
            await trying.function(subject, **given)


def _verdict(ended: outcome.Outcome[None]) -> Verdict:
    """Return what came of a case; raises what is not about the case."""
    if not isinstance(ended, outcome.Error):
        return Verdict.PASS
    error = only_leaf(ended.error)
    if isinstance(error, pytest.skip.Exception):
        return Verdict.UNSUPPORTED
    if not isinstance(error, Exception):
        ended.unwrap()
    return Verdict.FAIL
