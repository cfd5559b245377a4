"""What happens to a group, and what follows: requests, answers, effects.

A rule takes a group and a request and returns a `Step`: the group after it, the answer
to the request (None: its sender waits, and an effect will answer it), and effects for
others. The shell does what the effects say; no rule does anything itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from logion.group.classic.state import ClassicGroup, Protocols
from logion.protocol.errors import Error


@dataclass(frozen=True, slots=True)
class Join:
    """A JoinGroup request."""

    member_id: str
    """Empty if the client has none."""
    new_member_id: str
    """The id it gets if it has none."""
    instance_id: str | None
    client_id: str
    client_host: str
    session_timeout_ms: int
    rebalance_timeout_ms: int
    protocol_type: str
    protocols: Protocols
    must_have_id: bool = False
    """A first join is answered with an id to join with (v4, KIP-394)."""
    may_skip_assignment: bool = False
    """A leader may be told to keep the assignment (v9, KIP-814)."""


@dataclass(frozen=True, slots=True)
class Sync:
    """A SyncGroup request."""

    member_id: str
    instance_id: str | None
    generation: int
    assignments: Mapping[str, bytes]
    """The leader's division of the work, by member id."""
    protocol_type: str | None = None
    """What the member believes (KIP-559); None before v5."""
    protocol: str | None = None


class Leaver(NamedTuple):
    """One member of a LeaveGroup request."""

    member_id: str
    """Empty if it is named by its instance id alone (KIP-345)."""
    instance_id: str | None = None


class Sender(NamedTuple):
    """Who a heartbeat or a commit says it is."""

    member_id: str
    generation: int
    instance_id: str | None = None


class JoinedMember(NamedTuple):
    """A member as its leader is told of it."""

    member_id: str
    instance_id: str | None
    metadata: bytes


@dataclass(frozen=True, slots=True)
class JoinAnswer:
    """The answer to a JoinGroup."""

    error: Error
    member_id: str
    generation: int = -1
    protocol_type: str | None = None
    protocol: str | None = None
    leader: str | None = None
    skip_assignment: bool = False
    members: tuple[JoinedMember, ...] = ()
    """All of them, for the leader."""


@dataclass(frozen=True, slots=True)
class SyncAnswer:
    """The answer to a SyncGroup."""

    error: Error
    assignment: bytes = b""
    protocol_type: str | None = None
    protocol: str | None = None


@dataclass(frozen=True, slots=True)
class AnswerJoin:
    """Answer the JoinGroup of a member, if it waits."""

    member_id: str
    answer: JoinAnswer


@dataclass(frozen=True, slots=True)
class AnswerSync:
    """Answer the SyncGroup of a member, if it waits."""

    member_id: str
    answer: SyncAnswer


@dataclass(frozen=True, slots=True)
class StoreAssignment:
    """Write the group with these assignments down, then call `on_assignment_stored`."""

    generation: int
    assignments: Mapping[str, bytes]


@dataclass(frozen=True, slots=True)
class StoreReplacement:
    """Write the group down: a static member came back under another id.

    Then call `on_replacement_stored`.
    """

    old: ClassicGroup
    """The group before."""
    member_id: str
    """The new id."""
    may_skip_assignment: bool


@dataclass(frozen=True, slots=True)
class StoreEmpty:
    """Write down that nobody is in the group any more."""


Effect: TypeAlias = (
    AnswerJoin | AnswerSync | StoreAssignment | StoreReplacement | StoreEmpty
)


class Step(NamedTuple):
    """The group after an event, and what is to be done."""

    group: ClassicGroup
    effects: tuple[Effect, ...] = ()
    join: JoinAnswer | None = None
    """The answer to the JoinGroup that this is the step of."""
    sync: SyncAnswer | None = None
    """The answer to the SyncGroup that this is the step of."""
    error: Error = Error.NONE
    """The answer to a heartbeat, a leaver or a commit."""

    def before(self, *effects: Effect) -> Step:
        """Return the step with `effects` done first."""
        return self._replace(effects=(*effects, *self.effects))
