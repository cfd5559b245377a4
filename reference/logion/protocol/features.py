"""Features of releases on KRaft, as ApiVersions tells them (KIP-584).

Facts, observed of fresh brokers of Apache Kafka 4.0.0 to 4.3.0. A broker on ZooKeeper
(until 3.9) has none. A Java producer of 4.0 gives every transaction its own epoch only
where it is told `transaction.version` 2.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from logion.protocol.releases import Release, release


class Feature(NamedTuple):
    """Which levels of a feature a broker knows, and which one its cluster has."""

    low: int
    high: int
    level: int
    """0: the cluster does without it, and it is not told among those it has."""


METADATA_VERSION = "metadata.version"
TRANSACTION_VERSION = "transaction.version"

_METADATA_LEVELS = {(4, 0): 25, (4, 1): 27, (4, 2): 29, (4, 3): 30}
"""Newest level of `metadata.version`; the oldest is 7 in all of them."""

_SINCE: tuple[tuple[tuple[int, int], str, Feature], ...] = (
    ((4, 0), "group.version", Feature(0, 1, 1)),
    ((4, 0), "kraft.version", Feature(0, 1, 0)),
    ((4, 0), TRANSACTION_VERSION, Feature(0, 2, 2)),
    ((4, 0), "eligible.leader.replicas.version", Feature(0, 1, 0)),
    ((4, 1), "eligible.leader.replicas.version", Feature(0, 1, 1)),
    ((4, 1), "share.version", Feature(0, 1, 0)),
    ((4, 2), "streams.version", Feature(0, 1, 0)),
)
"""(first release, name, feature); a later row replaces an earlier one."""


def features_of(played: Release) -> Mapping[str, Feature]:
    """Return the features of a release by name; none until 3.9.

    Share and streams groups are known, and not switched on.
    """
    level = _METADATA_LEVELS.get((played.number[0], played.number[1]))
    if level is None:
        return {}
    found = {METADATA_VERSION: Feature(7, level, level)}
    found |= {
        name: feature for since, name, feature in _SINCE if played.number >= since
    }
    return found


def level_of(played: Release, name: str) -> int:
    """Return the level of a feature in clusters of a release, 0 where it has none."""
    found = features_of(played).get(name)
    return 0 if found is None else found.level


def features_epoch(played: Release) -> int:
    """Return the age of the features: they have not changed since the cluster began.

    -1 before 2.7, which tells none.
    """
    return 0 if played >= release("2.7") else -1
