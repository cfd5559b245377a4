"""All probes there are."""

from __future__ import annotations

from logion_conformance.compare.probe import Probe
from logion_conformance.compare.probes import (
    access,
    cluster,
    committed,
    configs,
    consumers,
    fetch,
    framing,
    groups,
    limits,
    metadata,
    offsets,
    produce,
    sharing,
    topics,
    transacting,
    transactions,
)

PROBES: tuple[Probe, ...] = (
    *framing.PROBES,
    *produce.PROBES,
    *fetch.PROBES,
    *offsets.PROBES,
    *metadata.PROBES,
    *topics.PROBES,
    *configs.PROBES,
    *groups.PROBES,
    *committed.PROBES,
    *consumers.PROBES,
    *transactions.PROBES,
    *transacting.PROBES,
    *sharing.PROBES,
    *cluster.PROBES,
    *limits.PROBES,
    *access.PROBES,
)
"""In the order in which they are put."""
