"""What a coordinator checks, and the variants: each names the one thing it does not.

The defaults of `Rules` are what Apache Kafka does since 2.8.
"""

from __future__ import annotations

from dataclasses import dataclass

KAFKA = "Kafka documentation, Consumers"


@dataclass(frozen=True, slots=True)
class Rules:
    """What a coordinator checks."""

    name: str
    title: str
    source: str
    checks_generation: bool = True
    """A commit or a division of an earlier generation is refused."""
    checks_membership: bool = True
    """A commit of somebody who is no member is refused."""
    counts_generations: bool = True
    """Each join phase that ends begins another generation."""
    drops_absent: bool = True
    """Dynamic members that have not joined when the phase ends are out."""
    hears_leader_alone: bool = True
    """Only the leader's division counts."""
    stores_first: bool = True
    """Nobody is told its work before the division is in the log."""
    loads_last: bool = True
    """A coordinator that starts goes by the last records of its log."""
    keeps_offsets_of_live_groups: bool = True
    """Offsets expire only in a group without members (KIP-211)."""
    loads_ages: bool = True
    """A coordinator that starts knows how old the offsets are that it loads
    (KAFKA-8069)."""
    gives_ids_first: bool = True
    """A new member is told its id before it is let in (KIP-394)."""
    looks_after_removal: bool = True
    """When a member is removed, the join phase may end (KAFKA-9752)."""
    fences_static: bool = True
    """Only the newest id of a static member is a member (KIP-345)."""
    stores_replacement: bool = True
    """The new id of a static member is written down (KAFKA-10284)."""
    divides_again: bool = True
    """A static member that comes back while the leader divides has all join again
    (KAFKA-9801)."""
    leader_is_of_one_mind: bool = True
    """A leader that repeats its SyncGroup repeats its division."""


CLASSIC = Rules(
    "group-classic",
    "A classic group as Apache Kafka 2.8 and later coordinate it",
    f"{KAFKA}; KIP-62, KIP-134, KIP-211, KIP-345, KIP-394",
)

VARIANTS = (
    CLASSIC,
    Rules(
        "group-any-generation",
        "Commits and divisions of earlier generations count",
        f"{KAFKA}: a zombie's commit is fenced by its generation",
        checks_generation=False,
    ),
    Rules(
        "group-any-committer",
        "Commits of members that are out count",
        f"{KAFKA}: a zombie's commit is fenced by its member id",
        checks_membership=False,
    ),
    Rules(
        "group-one-generation",
        "The generation stays the same over join phases",
        f"{KAFKA}: what a generation is for",
        counts_generations=False,
    ),
    Rules(
        "group-keeps-absent",
        "A member that did not join again stays",
        "KIP-62: the rebalance timeout",
        drops_absent=False,
    ),
    Rules(
        "group-any-division",
        "The first division counts, whoever sends it",
        f"{KAFKA}: the leader assigns partitions",
        hears_leader_alone=False,
    ),
    Rules(
        "group-tells-first",
        "Members are told their work before it is in the log",
        f"{KAFKA}: what a coordinator that takes over must know",
        stores_first=False,
    ),
    Rules(
        "group-loads-first-record",
        "A coordinator that starts keeps what it read first",
        "KAFKA-5600",
        loads_last=False,
    ),
    Rules(
        "group-before-kip-211",
        "Offsets expire by their age, whoever lives",
        "KIP-211, KAFKA-4682",
        keeps_offsets_of_live_groups=False,
    ),
    Rules(
        "group-kafka-8069",
        "A coordinator that starts takes the offsets that it loads for old",
        "KAFKA-8069",
        loads_ages=False,
    ),
    Rules(
        "group-before-kip-394",
        "A client that asks again for lack of an answer is let in twice",
        "KIP-394, KAFKA-7824, KAFKA-7610",
        gives_ids_first=False,
    ),
    Rules(
        "group-kafka-9752",
        "A join phase does not end because a member is removed",
        "KAFKA-9752",
        looks_after_removal=False,
    ),
    Rules(
        "group-unfenced-static",
        "The earlier process of a static member goes on as a member",
        "KIP-345, KAFKA-8225",
        fences_static=False,
    ),
    Rules(
        "group-kafka-10284",
        "A static member's new id is not written down",
        "KAFKA-10284",
        stores_replacement=False,
    ),
    Rules(
        "group-kafka-9801",
        "A static member that comes back while the leader divides gets no work",
        "KAFKA-9801",
        divides_again=False,
    ),
    Rules(
        "group-leader-of-two-minds",
        "A leader that repeats its SyncGroup divides anew, while the first is written",
        "found with this model: the log may say otherwise than members were told",
        leader_is_of_one_mind=False,
    ),
)
"""What Apache Kafka does today first, then what each rule is for."""
