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


class World(NamedTuple):
    """The rules and the bounds of one exploration."""

    rules: Rules
    scope: Scope


Steps: TypeAlias = Iterator[tuple[Action, State]]
