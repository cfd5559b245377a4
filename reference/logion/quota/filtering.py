"""Which entities a DescribeClientQuotas asks for (KIP-546)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple

from logion.protocol.errors import ApiError, Error
from logion.quota.entity import IP, KINDS, Entity
from logion.quota.limits import KRAFT_SINCE, Quota


class Match(IntEnum):
    """How a component of a filter is meant."""

    EXACT = 0
    """The part has this name."""
    DEFAULT = 1
    """The part is the default."""
    SPECIFIED = 2
    """There is such a part, whatever its name."""


class Component(NamedTuple):
    """What one part of an entity has to be."""

    kind: str
    match: Match
    name: str | None = None
    """Only where the match is exact."""


@dataclass(frozen=True, slots=True)
class Filter:
    """What entities have to be."""

    components: tuple[Component, ...]
    is_strict: bool
    """Whether they may have no other parts."""

    def matches(self, entity: Entity) -> bool:
        """Tell whether an entity is asked for."""
        parts = dict(entity.parts)
        if self.is_strict and len(parts) != len(self.components):
            return False
        return all(_has(parts, component) for component in self.components)


def _has(parts: Mapping[str, str | None], component: Component) -> bool:
    if component.kind not in parts:
        return False
    if component.match is Match.SPECIFIED:
        return True
    return parts[component.kind] == component.name


def filter_of(
    asked: Sequence[tuple[str, int, str | None]],
    *,
    is_strict: bool,
    release: tuple[int, ...],
) -> Filter:
    """Return the filter of components as (kind, match, name).

    Raises ApiError INVALID_REQUEST for what has no meaning, UNSUPPORTED_VERSION for a
    kind of entity that does not exist.
    """
    for kind, count in Counter(kind for kind, _, _ in asked).items():
        _check_kind(kind, release)
        if count > 1:
            raise _invalid(f"{kind} is named more than once")
        if kind == IP and len(asked) > 1:
            raise _invalid("an address has quotas by itself, not with a user or client")
    is_lax = release < KRAFT_SINCE
    components = (_component(*it, is_lax=is_lax) for it in asked)
    return Filter(tuple(components), is_strict)


def _check_kind(kind: str, release: tuple[int, ...]) -> None:
    if kind == "":
        raise _invalid("a kind of entity is empty")
    if kind not in KINDS or (kind == IP and release < Quota.CONNECTION.since):
        text = f"there is no kind of entity {kind!r}"
        raise ApiError(Error.UNSUPPORTED_VERSION, text)


def _component(kind: str, match: int, name: str | None, *, is_lax: bool) -> Component:
    """Return a component; if it is lax, a name that has no place is passed over."""
    if match not in {it.value for it in Match}:
        raise _invalid(f"there is no match {match}; it must be 0, 1 or 2")
    found = Match(match)
    if is_lax and found is not Match.EXACT:
        return Component(kind, found)
    if (found is Match.EXACT) != (name is not None):
        raise _invalid(f"{kind}: a name belongs to match 0 and to no other")
    return Component(kind, found, name)


def _invalid(text: str) -> ApiError:
    return ApiError(Error.INVALID_REQUEST, text)
