"""The features of the cluster (KIP-584): what ApiVersions tells of each release.

A Java producer of 4.0 gives every transaction its own epoch only where it is told
`transaction.version` 2. Features whose calls are not built are left out, and so is
what stands for the controller's own log.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from logion.protocol.releases import Release, release

FEATURES_SINCE = release("2.7")
"""The first release that tells features; without a controller of KRaft it has none."""


class Feature(NamedTuple):
    """A feature, and what level of it is in force."""

    name: str
    lowest: int
    """Lowest level that the broker can play."""
    level: int
    """The highest one; a new cluster has it in force."""


METADATA_LEVELS: Mapping[Release, int] = {
    release("4.0"): 25,
    release("4.1"): 27,
    release("4.2"): 29,
    release("4.3"): 30,
}
"""Release to its last `metadata.version`."""

METADATA_LOWEST = 7


def features(played: Release) -> tuple[Feature, ...]:
    """Return the features of a new cluster of a release, none before 4.0."""
    level = METADATA_LEVELS.get(played)
    if level is None:
        return ()
    return (
        Feature("group.version", 0, 1),
        Feature("transaction.version", 0, 2),
        Feature("metadata.version", METADATA_LOWEST, level),
    )


def features_epoch(played: Release) -> int:
    """Return the age of the features: they have not changed since the cluster began."""
    return 0 if played >= FEATURES_SINCE else -1
