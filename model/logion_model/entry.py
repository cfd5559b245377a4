"""What the catalogue is made of: models, entries, the bugs that they show."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol, TypeAlias, TypeVar

from logion_model.kernel import Packed, Report, Spec

Scope: TypeAlias = tuple[int, ...]
"""Bounds of the explored world, in the order that the model names them."""


def written(scope: Scope) -> str:
    """Return a scope as it is typed: `2,2,2,1`."""
    return ",".join(map(str, scope))


class Model(NamedTuple):
    """A specification in one variant, and how to make it at a scope."""

    name: str
    title: str
    source: str
    bounds: tuple[str, ...]
    """Names of the numbers that make its scope."""
    make: Callable[[Scope], Spec[Any]]
    pack: Callable[[Scope], Packed[Any]] | None = None
    """How to make it for the fast search, None if it has only the readable one."""

    def at(self, scope: Scope) -> Spec[Any]:
        """Return the specification at this scope.

        Raises ValueError if the scope does not have this model's bounds.
        """
        if len(scope) != len(self.bounds) or min(scope) < 0:
            wanted = ",".join(self.bounds)
            raise ValueError(f"scope {scope}: {self.name} wants {wanted}, each >= 0")
        return self.make(scope)

    def packed_at(self, scope: Scope) -> Packed[Any]:
        """Return the specification at this scope for the fast search.

        Raises ValueError if there is none, or for another model's bounds.
        """
        if self.pack is None:
            raise ValueError(f"{self.name} has no fast search")
        self.at(scope)
        return self.pack(scope)


class Described(Protocol):
    """The rules of a variant, which say what they are."""

    @property
    def name(self) -> str:
        """Return the name of the model."""

    @property
    def title(self) -> str:
        """Return what it is, in a line."""

    @property
    def source(self) -> str:
        """Return where the rules come from."""


RulesT = TypeVar("RulesT", bound=Described)
ScopeT = TypeVar("ScopeT", bound=NamedTuple)


def variant(
    rules: RulesT,
    scope_type: type[ScopeT],
    specification: Callable[[RulesT, ScopeT], Spec[Any]],
) -> Model:
    """Return the model of some rules, whose scope is a `scope_type`."""
    return Model(
        rules.name,
        rules.title,
        rules.source,
        scope_type._fields,
        lambda scope: specification(rules, scope_type._make(scope)),
    )


def variants(
    every: Iterable[RulesT],
    scope_type: type[ScopeT],
    specification: Callable[[RulesT, ScopeT], Spec[Any]],
) -> tuple[Model, ...]:
    """Return a model for each of some rules, in their order."""
    return tuple(variant(rules, scope_type, specification) for rules in every)


class Bug(NamedTuple):
    """A fault that Kafka once had. `logion_model.bugs` lists them."""

    number: int
    id: str
    """The KIP or issue that mends it."""
    title: str
    fixed: str
    """The first release without it, empty if that is not known."""
    seen_in: tuple[str, ...] = ()
    """Releases in whose code the fault was read, such as `0.10.0`."""
    not_in: str = ""
    """The newest release that is known not to have it yet, empty if none is: `0.10.0`,
    or `2.2` for all of that line."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What a check of a model must find at a scope.

    With `distinct` and `depth` every state is visited. Without, the search ends at the
    first violation, or when all holds.
    """

    name: str
    """The model."""
    scope: Scope
    broken: tuple[tuple[str, int], ...] = ()
    """What is violated, with the states in a shortest counterexample (the initial one
    included), the shortest first; every other property holds."""
    distinct: int | None = None
    depth: int | None = None
    properties: tuple[str, ...] | None = None
    """Those judged: None for all that the model has, none when states are counted."""
    source: str = ""
    """Who found the same: another checker, a paper, an issue. Empty if only we."""
    bug: Bug | None = None
    """The fault that this shows."""
    cure: str = ""
    """The model with the rule that mends the bug."""
    mended: tuple[str, ...] = ()
    """What is broken here and holds at the same scope with the cure."""
    quick: bool = True
    """Whether it is checked at each change: it takes some seconds at most."""

    @property
    def verdict(self) -> str:
        """Return `violated` or `holds`."""
        return "violated" if self.broken else "holds"

    @property
    def trace_length(self) -> int | None:
        """Return the states in the shortest counterexample, None without one."""
        return self.broken[0][1] if self.broken else None

    @property
    def cured(self) -> Entry:
        """Return what must be found with the cure at the same scope."""
        return Entry(self.cure, self.scope, properties=self.mended, quick=self.quick)

    @property
    def judged(self) -> str:
        """Return what is judged, in words."""
        if self.properties is None:
            return "all properties"
        return ", ".join(self.properties) or "states only"

    def __str__(self) -> str:
        """Return what is expected, in one line."""
        expected = _told(self.distinct, self.depth, self.broken)
        return f"{self.name} at {written(self.scope)}, {self.judged}: {expected}"


def _told(
    distinct: int | None, depth: int | None, broken: tuple[tuple[str, int], ...]
) -> str:
    lengths = ", ".join(f"{name} after {length}" for name, length in broken)
    verdict = f"violates {lengths}" if broken else "holds"
    if distinct is None:
        return verdict
    return f"{distinct:,} states, depth {depth}, {verdict}"


def difference(entry: Entry, report: Report[Any]) -> str | None:
    """Return what was found instead of what the entry expects, None if nothing."""
    broken = tuple((it.broken, it.length) for it in report.violations)
    counted = entry.distinct is not None
    distinct, depth = (report.distinct, report.depth) if counted else (None, None)
    found = (distinct, depth, set(broken), report.verdict)
    if found == (entry.distinct, entry.depth, set(entry.broken), entry.verdict):
        return None
    strange = "" if report.verdict in ("holds", "violated") else f", {report.verdict}"
    return _told(distinct, depth, broken) + strange


def expect(
    name: str,
    scope: Scope,
    distinct: int | None = None,
    depth: int | None = None,
    **broken: int,
) -> Entry:
    """Return an entry; `broken` are lengths by property, `_` for `-` in their names."""
    lengths = tuple((it.replace("_", "-"), length) for it, length in broken.items())
    return Entry(name, scope, lengths, distinct, depth)
