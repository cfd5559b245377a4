"""Which quota holds for a client, by Kafka's order of precedence (KIP-55).

The most specific one counts: user with client id, user with any client id, user, any
user with client id, any user with any client id, any user, client id, any client id.
Who is held by a quota that names no client id shares it with the user's other clients.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import Enum
from typing import NamedTuple

from logion.quota.entity import DEFAULT, Entity, address_of, encoded, entity_at, plain


class Quota(Enum):
    """What can be limited, by the key of its setting, and since which release."""

    PRODUCE = "producer_byte_rate", (0, 9), True
    FETCH = "consumer_byte_rate", (0, 9), True
    REQUEST = "request_percentage", (0, 11), False
    MUTATION = "controller_mutation_rate", (2, 7), False
    CONNECTION = "connection_creation_rate", (2, 8), True

    def __init__(
        self,
        key: str,
        since: tuple[int, ...],
        is_whole: bool,  # noqa: FBT001 - a row of the table above
    ) -> None:
        """Name the setting, the release that has it, and whether it is an integer."""
        self.key = key
        self.since = since
        self.is_whole = is_whole


KEYS: Mapping[str, Quota] = {it.key: it for it in Quota}
"""The quotas by the keys of their settings."""

Limits = Mapping[Quota, Mapping[Entity, float]]
"""What was set, for each quota by entity."""

KRAFT_SINCE = (4, 0)
"""First release whose quotas are not kept in ZooKeeper."""

USERS_SINCE = (0, 10, 1)
"""First release with quotas of users."""


class Holding(NamedTuple):
    """The quota that holds for a client, and with whom it shares it."""

    limit: float
    """In the unit of its key, a second."""
    shared_by: tuple[str, str]
    """User and client id that are counted together; empty where any is."""


def holding(
    limits: Mapping[Entity, float], user: str, client_id: str
) -> Holding | None:
    """Return what holds for a client of a user, None if it is free.

    A client without an id has no quotas but its user's.
    """
    for entity, shared_by in _candidates(encoded(user), encoded(client_id)):
        limit = limits.get(entity)
        if limit is not None:
            return Holding(limit, shared_by)
    return None


def _candidates(user: str, client_id: str) -> Iterator[tuple[Entity, tuple[str, str]]]:
    """Return the entities that a client belongs to, the most specific first."""
    both, of_user, of_client = (user, client_id), (user, ""), ("", client_id)
    for name in (user, DEFAULT):
        if client_id:
            yield Entity(name, client_id), both
            yield Entity(name, DEFAULT), both
        yield Entity(name), of_user
    if client_id:
        yield Entity(client_id=client_id), of_client
        yield Entity(client_id=DEFAULT), of_client


def limit_of_address(limits: Limits, address: str) -> float | None:
    """Return how many connections a second may come from an address, None for any."""
    held = limits.get(Quota.CONNECTION, {})
    own = held.get(Entity(ip=encoded(address_of(address))))
    return held.get(Entity(ip=DEFAULT)) if own is None else own


def limits_of(
    settings: Mapping[str, Mapping[str, str]], release: tuple[int, ...]
) -> dict[Quota, dict[Entity, float]]:
    """Return the quotas among the settings of entities, by their paths.

    `release` is the number of the release that is played: it knows no later ones.
    """
    limits: dict[Quota, dict[Entity, float]] = {}
    for path, values in settings.items():
        entity = entity_at(path)
        if entity is None or (entity.user and release < USERS_SINCE):
            continue
        for quota, limit in quotas_in(values).items():
            if release >= quota.since:
                limits.setdefault(quota, {})[_as_met(entity)] = limit
    return limits


def _as_met(entity: Entity) -> Entity:
    """Return an entity as clients are looked up: an address may be spelt otherwise."""
    name = None if entity.ip is None else plain(entity.ip)
    return entity if name is None else Entity(ip=encoded(address_of(name)))


def quotas_in(settings: Mapping[str, str]) -> dict[Quota, float]:
    """Return the quotas among an entity's settings, which may be credentials, too."""
    return {KEYS[key]: float(value) for key, value in settings.items() if key in KEYS}
