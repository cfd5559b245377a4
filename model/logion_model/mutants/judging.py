"""Which promise breaks, at which scope, with a guard switched off?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from logion_model.catalogue import MODELS
from logion_model.entry import Model, Scope
from logion_model.kernel import Report, Spec, SpecError, explore, explore_packed
from logion_model.mutants.change import Change, changed

TIMES_MAX = 5
"""A search ends at so many times the states of the world without the change."""

KILLED = "killed"
"""A promise breaks, or what must be possible is not, or a step fails."""
IMPLIED = "implied"
"""No state has other steps: other guards say the same."""
IDLE = "idle"
"""There are other steps, but they lead to no other state."""
NARROWS = "narrows"
"""There are fewer states: what it leads past is needed to get on."""
SURVIVES = "survives"
"""There are other states, and every promise holds in them."""


class Fate(NamedTuple):
    """What becomes of a change."""

    verdict: str
    scope: Scope
    """Where it is killed; the largest that was tried if it is not."""
    killer: str = ""
    """The promise that breaks, or what the world no longer shows."""
    trace: int | None = None
    """States in a shortest counterexample."""
    states: int = 0
    """States visited at that scope."""


@dataclass(frozen=True, slots=True)
class World:
    """A model at a scope, and what is found there without any change."""

    scope: Scope
    spec: Spec[Any]
    found: Report[Any]

    @property
    def kept(self) -> tuple[str, ...]:
        """Return the promises that hold without the change."""
        names = [it.name for it in self.spec.invariants]
        names += [it.name for it in self.spec.liveness]
        broken = {it.broken for it in self.found.violations}
        return tuple(name for name in names if name not in broken)


def worlds(name: str, scopes: Sequence[Scope]) -> tuple[World, ...]:
    """Return a model at some scopes, the smallest world first."""
    specs = ((scope, MODELS[name].at(scope)) for scope in scopes)
    found = (World(at, spec, explore(spec, to_the_end=True)) for at, spec in specs)
    return tuple(sorted(found, key=lambda world: world.found.distinct))


def fate(change: Change, tried: Iterable[World]) -> Fate:
    """Return what becomes of a change in these worlds: the first that kills it."""
    found = Fate(IMPLIED, ())
    for world in tried:
        found = _fate_in(world, change, found.verdict)
        if found.verdict == KILLED:
            return found
    return found


def fate_at(model: Model, scope: Scope, change: Change) -> Fate:
    """Return what becomes of a change in a world where all holds without it.

    For a world that is too large to try many changes in: fast, if the model can.
    """
    if model.pack is None:
        return fate_of(explore(changed(model.at(scope), change)), scope)
    with change.made():
        return fate_of(explore_packed(model.packed_at(scope)), scope)


def fate_of(report: Report[Any], scope: Scope) -> Fate:
    """Return what becomes of a change of which this was found."""
    broken = report.violation
    if broken is None:
        return Fate(SURVIVES, scope, states=report.distinct)
    return Fate(KILLED, scope, broken.broken, broken.length, report.distinct)


def _fate_in(world: World, change: Change, before: str) -> Fate:
    spec = changed(world.spec, change)
    states_max = TIMES_MAX * world.found.distinct
    try:
        report = explore(spec, invariants=world.kept, states_max=states_max)
    except SpecError as error:
        cause = type(error.__cause__).__name__
        return Fate(KILLED, world.scope, f"no step: {cause}")
    if report.violation:
        return fate_of(report, world.scope)
    if missing := _missing(report, world.found):
        return Fate(KILLED, world.scope, f"never: {missing}", None, report.distinct)
    verdict = max(before, _difference(report, world.found), key=_ORDER.index)
    return Fate(verdict, world.scope, states=report.distinct)


_ORDER = (IMPLIED, IDLE, NARROWS, SURVIVES)


def _difference(report: Report[Any], usual: Report[Any]) -> str:
    if report.distinct != usual.distinct:
        return NARROWS if report.distinct < usual.distinct else SURVIVES
    return IMPLIED if report.taken == usual.taken else IDLE


def _missing(report: Report[Any], usual: Report[Any]) -> str:
    """Return what the world shows without the change, and no longer with it."""
    if not report.complete:
        return ""
    gone = {*report.never_taken, *report.unreached}
    gone -= {*usual.never_taken, *usual.unreached}
    return min(gone, default="")
