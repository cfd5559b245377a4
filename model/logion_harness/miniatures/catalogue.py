"""All miniatures, by area: written out here and nowhere else."""

from __future__ import annotations

from logion_harness.miniatures import (
    administration,
    configs,
    consumer_groups,
    fetching,
    framing,
    groups_joining,
    groups_members,
    groups_offsets,
    groups_told,
    idempotence,
    listing_offsets,
    logs,
    metadata,
    producing,
    quotas,
    restarting,
    security,
    segments,
    topics,
    transactions,
    transactions_read,
    upkeep,
)
from logion_harness.miniatures.miniature import Miniature

AREAS: tuple[tuple[Miniature, ...], ...] = (
    framing.MINIATURES,
    metadata.MINIATURES,
    producing.MINIATURES,
    fetching.MINIATURES,
    listing_offsets.MINIATURES,
    logs.MINIATURES,
    upkeep.MINIATURES,
    segments.MINIATURES,
    topics.MINIATURES,
    configs.MINIATURES,
    administration.MINIATURES,
    security.MINIATURES,
    quotas.MINIATURES,
    restarting.MINIATURES,
    groups_joining.MINIATURES,
    groups_members.MINIATURES,
    groups_told.MINIATURES,
    groups_offsets.MINIATURES,
    transactions.MINIATURES,
    transactions_read.MINIATURES,
    idempotence.MINIATURES,
    consumer_groups.MINIATURES,
)
"""A line for each area, so that two changes to two areas are two lines."""

MINIATURES: tuple[Miniature, ...] = tuple(it for area in AREAS for it in area)


def find(name: str) -> Miniature:
    """Return the miniature of that name; ValueError with all names if there is none."""
    for miniature in MINIATURES:
        if miniature.name == name:
            return miniature
    known = ", ".join(it.name for it in MINIATURES)
    raise ValueError(f"{name!r} is no miniature: expected one of {known}")
