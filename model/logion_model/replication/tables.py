"""What the fast search of replication looks up: moves, by the fields they depend on."""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

from logion_model.replication.fields import Table

Steps: TypeAlias = tuple[int, ...]


class Moves(NamedTuple):
    """What is possible and what is wrong in a small world."""

    steps: Steps = ()
    broken: tuple[str, ...] = ()
    advance: int = 0
    """The step that commits a record, 0 if that is not possible."""
    leads: bool = False
    """Whether a replica presumes to lead, or does so truly."""
    asked: Steps = ()
    """The requests that followers may act on now, each in the history's place."""


class By(NamedTuple):
    """A table of moves, and which fields it is by."""

    mask: int
    table: Table[Moves]


class PairTables(NamedTuple):
    """The tables of a leader and a follower."""

    small: By
    """What they do, by both replicas."""
    exposed: By
    """Whether the follower may be elected, by both logs and the quorum's ISR."""
    isr: By
    """How a true leader changes its ISR."""
    following: By
    """The follower acts on a request."""


class LeaderTables(NamedTuple):
    """The tables of a replica that may lead."""

    told: By
    """It becomes the leader; what the requests that name it ask of others."""
    own: By
    """What it does alone, by itself and the next record."""
    is_true: By
    pairs: tuple[PairTables, ...]


class Tables(NamedTuple):
    """The tables of a variant."""

    controller: By
    """What is decided of leader and ISR, by the ISR and the history."""
    leaders: tuple[LeaderTables, ...]
