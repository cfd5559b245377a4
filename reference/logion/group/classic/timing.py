"""What time does to a group: sessions end, phases end.

Source: Kafka documentation, "Consumers"; KIP-62, KIP-394.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum, auto
from operator import attrgetter
from typing import NamedTuple

from logion.group.classic.phases import (
    complete_if_all_joined,
    on_join_deadline,
    prepare_rebalance,
    remove_member,
)
from logion.group.classic.state import ClassicGroup
from logion.group.classic.steps import Step
from logion.group.rules import GroupRules, Instant


class Kind(Enum):
    """What a deadline ends."""

    SESSION = auto()
    """A member's session, or a new one's patience."""
    PENDING = auto()
    """The time that a given member id is kept for its client."""
    JOIN = auto()
    """The join phase."""
    SYNC = auto()
    """The time that members have to ask for their work."""


_DEADLINE = attrgetter("deadline_ms")


class Due(NamedTuple):
    """The next thing that time will do."""

    deadline_ms: int
    kind: Kind
    member_id: str = ""


def next_due(group: ClassicGroup, rules: GroupRules) -> Due | None:
    """Return what comes next if nothing else happens, None if nothing will."""
    return min(_deadlines(group, rules), key=lambda it: it.deadline_ms, default=None)


def _deadlines(group: ClassicGroup, rules: GroupRules) -> Iterator[Due]:
    timed = [it for it in group.members.values() if it.is_timed]
    if timed:
        first = min(timed, key=_DEADLINE)
        yield Due(first.deadline_ms, Kind.SESSION, first.id)
    for member_id, deadline_ms in group.pending.items():
        yield Due(deadline_ms, Kind.PENDING, member_id)
    if group.joining is not None:
        yield Due(group.joining.deadline_ms, Kind.JOIN)
    if group.sync_deadline_ms is not None and rules.expires_unsynced:
        yield Due(group.sync_deadline_ms, Kind.SYNC)


def on_time(group: ClassicGroup, rules: GroupRules, now: Instant) -> Step:
    """Do everything that is due, the earliest first."""
    step = Step(group)
    while True:
        due = next_due(step.group, rules)
        if due is None or due.deadline_ms > now.ms:
            return step
        after = _on_due(step.group, due, rules, now)
        step = Step(after.group, step.effects + after.effects)


def _on_due(group: ClassicGroup, due: Due, rules: GroupRules, now: Instant) -> Step:
    match due.kind:
        case Kind.SESSION:
            return remove_member(group, group.members[due.member_id], rules, now)
        case Kind.PENDING:
            return complete_if_all_joined(group.without(due.member_id), rules, now)
        case Kind.JOIN:
            return on_join_deadline(group, rules, now)
        case Kind.SYNC:
            for member_id in group.unsynced:
                group = group.without(member_id)
            return prepare_rebalance(group, rules, now)
