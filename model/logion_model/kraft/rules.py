"""What controller and brokers check, and how large a world to explore."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from logion_model.kernel import Action
from logion_model.kraft.state import State


class Scope(NamedTuple):
    """How large a world to explore."""

    brokers: int
    replicas: int
    """The first brokers have the partition."""
    isr: int
    """The first replicas are in sync; the others are fenced and know less."""
    min_isr: int
    values: int
    """Records that producers write in all."""
    clean: int
    """Shutdowns that keep the log."""
    unclean: int
    """Shutdowns that lose it."""
    fences: int
    """How often the controller fences a broker that runs."""
    shrinks: int
    """How often a leader may ask for a smaller ISR."""
    reassignments: int
    spare_last: int
    """1: the only member of the ISR does not lose its log."""
    story: int
    """Which of `stories.STORIES` the world begins after; 0 for none."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What is checked; the defaults are those of Kafka 3.5."""

    name: str
    title: str
    source: str
    keeps_eligible: bool = False
    """The controller remembers who has everything committed (KIP-966)."""
    checks_incarnation: bool = True
    """A broker takes no answer to the registration of its previous life."""
    restarts_fetcher: bool = True
    """A follower reads on from its log's end when the leader epoch rises."""
    forgets_progress: bool = True
    """A leader re-elected forgets what it knew of replicas out of the ISR."""
    awaits_fetch: bool = True
    """Nobody joins the ISR whose fetch the leader has not heard."""
    awaits_high_watermark: bool = True
    """Nobody joins the ISR below the high watermark."""
    awaits_epoch_start: bool = True
    """Nobody joins the ISR below the start of the leader's epoch."""
    checks_fetch_offset: bool = True
    """A follower ignores an answer to a fetch from another offset."""
    checks_fetch_epoch: bool = True
    """A follower ignores an answer from another leader epoch."""
    checks_broker_epochs: bool = True
    """The controller admits no earlier life of a broker to the ISR (KIP-903)."""
    checks_fencing: bool = True
    """The controller admits no fenced broker to the ISR (KIP-841)."""
    checks_partition_epoch: bool = True
    """The controller refuses a proposal made at another partition epoch."""
    stays_leader: bool = True
    """A change within a leader epoch does not make a leader anew (KAFKA-13790)."""


KAFKA_3_5 = Rules(
    "last-replica-standing",
    "KRaft, Kafka 3.5: the last replica of the ISR stays in it, whatever it lost",
    "KIP-497, KIP-841, KIP-903; KAFKA-15581",
)
KIP_966 = Rules(
    "kip-966",
    "KRaft with eligible leader replicas: who lost its log is not elected",
    "KIP-966",
    keeps_eligible=True,
)
ANY_INCARNATION = Rules(
    "kraft-any-incarnation",
    "A broker that takes the answer to a registration of its previous life",
    "KIP-631: IncarnationId",
    checks_incarnation=False,
)
KEEPS_FETCHER = Rules(
    "kraft-keeps-fetcher",
    "A follower that keeps its fetcher when the leader epoch rises",
    "KIP-320",
    restarts_fetcher=False,
)
KEEPS_PROGRESS = Rules(
    "kraft-keeps-progress",
    "A leader that trusts in its next epoch what it knew of others",
    "KIP-841; KAFKA-13916",
    forgets_progress=False,
)
UNHEARD_JOINS = Rules(
    "kraft-unheard-joins",
    "A replica that joins the ISR though the leader has not heard of it",
    "KIP-903",
    awaits_fetch=False,
)
JOINS_BELOW_HIGH_WATERMARK = Rules(
    "kraft-joins-below-high-watermark",
    "A replica that joins the ISR below the high watermark",
    "Kafka documentation, Replication: caught up to the leader",
    awaits_high_watermark=False,
)
JOINS_BELOW_EPOCH_START = Rules(
    "kraft-joins-below-epoch-start",
    "A replica that joins the ISR below the start of the leader epoch",
    "KAFKA-7128",
    awaits_epoch_start=False,
)
ANY_FETCH_OFFSET = Rules(
    "kraft-any-fetch-offset",
    "A follower that takes an answer to a fetch from another offset",
    "KIP-320",
    checks_fetch_offset=False,
)
ANY_FETCH_EPOCH = Rules(
    "kraft-any-fetch-epoch",
    "A follower that takes an answer from another leader epoch",
    "KIP-320",
    checks_fetch_epoch=False,
)
BEFORE_KIP_903 = Rules(
    "kraft-before-kip-903",
    "A controller that admits an earlier life of a broker to the ISR",
    "KIP-903; KAFKA-14139",
    checks_broker_epochs=False,
)
BEFORE_KIP_841 = Rules(
    "kraft-before-kip-841",
    "A controller that admits fenced brokers to the ISR",
    "KIP-841; KAFKA-13916",
    checks_fencing=False,
)
ANY_PARTITION_EPOCH = Rules(
    "kraft-any-partition-epoch",
    "A controller that accepts proposals made at any partition epoch",
    "KIP-497: INVALID_UPDATE_VERSION",
    checks_partition_epoch=False,
)
KAFKA_13790 = Rules(
    "kraft-kafka-13790",
    "A leader that begins its epoch again whenever the partition changes",
    "KAFKA-13790",
    stays_leader=False,
)

VARIANTS = (
    KAFKA_3_5,
    KIP_966,
    ANY_INCARNATION,
    KEEPS_FETCHER,
    KEEPS_PROGRESS,
    UNHEARD_JOINS,
    JOINS_BELOW_HIGH_WATERMARK,
    JOINS_BELOW_EPOCH_START,
    ANY_FETCH_OFFSET,
    ANY_FETCH_EPOCH,
    BEFORE_KIP_903,
    BEFORE_KIP_841,
    ANY_PARTITION_EPOCH,
    KAFKA_13790,
)
"""The two protocols, then release 3.5 without one of its guards."""


class World(NamedTuple):
    """The rules and the bounds of one exploration."""

    rules: Rules
    scope: Scope


Steps: TypeAlias = Iterator[tuple[Action, State]]
