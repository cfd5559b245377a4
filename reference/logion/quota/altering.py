"""Changes of quotas as AlterClientQuotas asks for them (KIP-546): what becomes of them.

Releases on KRaft (from 4.0) refuse limits that are not above zero, and a request that
names one key twice; those on ZooKeeper keep the last one named.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from ipaddress import ip_address
from typing import NamedTuple

from logion.protocol.errors import ApiError, Error
from logion.quota.entity import CLIENT_ID, IP, KINDS, USER, Entity, encoded
from logion.quota.limits import KEYS, KRAFT_SINCE, Quota

WHOLE_EPSILON = 1e-6
"""How far from an integer a limit may be that has to be one."""

WHOLE_MAX = {Quota.CONNECTION: 2**31 - 1}
LONG_MAX = 2**63 - 1


class QuotaEdit(NamedTuple):
    """A quota, and its new limit; None removes it."""

    key: str
    limit: float | None


def entity_of(
    parts: Sequence[tuple[str, str | None]], release: tuple[int, ...]
) -> Entity:
    """Return the entity with these kinds and names, None being a default's.

    Raises ApiError INVALID_REQUEST for what is none, as that of an address before 2.8.
    """
    if not parts:
        raise _invalid("the entity has no parts")
    named = dict(parts)
    for kind, name in named.items():
        if kind not in KINDS or (kind == IP and release < Quota.CONNECTION.since):
            raise _invalid(f"there is no kind of entity {kind!r}")
        if name == "":
            raise _invalid(f"the name of the {kind} is empty")
    if IP in named:
        _check_address(named, release)
    user, client_id, ip = (
        encoded(named[it]) if it in named else None for it in (USER, CLIENT_ID, IP)
    )
    return Entity(user, client_id, ip)


def _check_address(named: Mapping[str, str | None], release: tuple[int, ...]) -> None:
    """Raise INVALID_REQUEST for what is no address; on ZooKeeper IPv6 is none."""
    if len(named) > 1:
        raise _invalid("an address has quotas by itself, not with a user or client")
    name = named[IP]
    if name is not None:
        try:
            ip_address(name if release >= KRAFT_SINCE else encoded(name))
        except ValueError:
            raise _invalid(f"{name!r} is no IP address") from None


def altered(
    settings: Mapping[str, str],
    entity: Entity,
    edits: Sequence[QuotaEdit],
    release: tuple[int, ...],
) -> dict[str, str]:
    """Return what is set for an entity after the edits.

    Raises ApiError INVALID_REQUEST for a key or a limit that cannot be.
    """
    keys = [edit.key for edit in edits]
    if release >= KRAFT_SINCE and len(set(keys)) < len(keys):
        raise _invalid("a key is named more than once")
    after = dict(settings)
    for key, limit in edits:
        if limit is None:
            after.pop(key, None)
        else:
            after[key] = _limit_text(_known(key, entity, release), limit, release)
    return after


def _known(key: str, entity: Entity, release: tuple[int, ...]) -> Quota:
    quota = KEYS.get(key)
    if quota is None or release < quota.since:
        raise _invalid(f"there is no quota {key!r}")
    if (quota is Quota.CONNECTION) != (entity.ip is not None):
        raise _invalid(f"{key} is no quota of this kind of entity")
    return quota


def _limit_text(quota: Quota, limit: float, release: tuple[int, ...]) -> str:
    """Return a limit as it is stored."""
    if math.isnan(limit) or (limit <= 0 and release >= KRAFT_SINCE):
        raise _invalid(f"{quota.key} is {limit}; it must be above 0")
    if not quota.is_whole:
        return str(limit)
    whole = int(limit + WHOLE_EPSILON) if math.isfinite(limit) else LONG_MAX + 1
    if abs(whole) > WHOLE_MAX.get(quota, LONG_MAX):
        raise _invalid(f"{quota.key} is {limit}: too large")
    if abs(whole - limit) > WHOLE_EPSILON:
        raise _invalid(f"{quota.key} is {limit}; it must be an integer")
    return str(whole) if whole == limit or release < KRAFT_SINCE else str(limit)


def _invalid(text: str) -> ApiError:
    return ApiError(Error.INVALID_REQUEST, text)
