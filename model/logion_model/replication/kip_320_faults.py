"""KIP-320 with one fault beside it that is older: what fencing does not mend."""

from __future__ import annotations

from dataclasses import replace

from logion_model.replication import kip_320

UNCLEAN_ELECTION = replace(
    kip_320.RULES,
    name="unclean-election",
    title="Unclean elections: a replica out of the ISR may lead",
    source="KIP-106; KAFKA-4623: unclean.leader.election.enable",
    elects_anybody=True,
)
"""The default before 0.11."""

SAME_LEADER = replace(
    kip_320.RULES,
    name="same-leader",
    title="A follower that truncates nothing if it had the same leader before",
    source="KAFKA-7164",
    trusts_same_leader=True,
)
"""It may have missed an epoch in which another broker led."""

VARIANTS = (UNCLEAN_ELECTION, SAME_LEADER)
"""Both faults."""
