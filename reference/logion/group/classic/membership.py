"""Heartbeats, leaving, commits: who is a member, and of which generation.

| the group is | heartbeat | SyncGroup | commit of a member |
|---|---|---|---|
| Empty | UNKNOWN_MEMBER_ID | UNKNOWN_MEMBER_ID | UNKNOWN_MEMBER_ID |
| PreparingRebalance | REBALANCE_IN_PROGRESS | REBALANCE_IN_PROGRESS | taken |
| CompletingRebalance | NONE | waits | REBALANCE_IN_PROGRESS |
| Stable | NONE | its work | taken |
| Dead | COORDINATOR_NOT_AVAILABLE | the same | the same |

That is for a member of the present generation. FENCED_INSTANCE_ID, UNKNOWN_MEMBER_ID
and ILLEGAL_GENERATION come first, in this order.

Source: Kafka documentation, "Consumers"; KIP-345.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from logion.group.classic.phases import (
    complete_if_all_joined,
    heard_from,
    remove_member,
)
from logion.group.classic.state import (
    NO_MEMBER_ID,
    ClassicGroup,
    State,
)
from logion.group.classic.steps import Leaver, Sender, Step
from logion.group.rules import GroupRules, Instant
from logion.protocol.errors import Error


def membership_error(
    group: ClassicGroup, member_id: str, instance_id: str | None
) -> Error:
    """Return why these ids name no member, NONE if they do.

    FENCED_INSTANCE_ID if another member has the instance id by now, else
    UNKNOWN_MEMBER_ID.
    """
    if instance_id is not None:
        static = group.static_member(instance_id)
        if static is not None and static.id != member_id:
            return Error.FENCED_INSTANCE_ID
        if static is None:
            return Error.UNKNOWN_MEMBER_ID
    return Error.NONE if member_id in group.members else Error.UNKNOWN_MEMBER_ID


def sender_error(group: ClassicGroup, sender: Sender) -> Error:
    """Return why `sender` is no member of the present generation, NONE if it is."""
    if group.state is State.DEAD:
        return Error.COORDINATOR_NOT_AVAILABLE
    error = membership_error(group, sender.member_id, sender.instance_id)
    if error is Error.NONE and sender.generation != group.generation:
        return Error.ILLEGAL_GENERATION
    return error


def on_heartbeat(
    group: ClassicGroup, sender: Sender, rules: GroupRules, now: Instant
) -> Step:
    """Note that a member lives, and tell it whether it has to join again."""
    error = _heartbeat_error(group, sender, rules)
    if error is not Error.NONE:
        return Step(group, error=error)
    alive = heard_from(group, group.members[sender.member_id], now)
    is_rebalancing = group.state is State.PREPARING
    error = Error.REBALANCE_IN_PROGRESS if is_rebalancing else Error.NONE
    return Step(alive, error=error)


def _heartbeat_error(group: ClassicGroup, sender: Sender, rules: GroupRules) -> Error:
    is_completing = group.state is State.COMPLETING
    if rules.refuses_heartbeats_by_state and (
        is_completing or group.state is State.PREPARING
    ):
        return Error.REBALANCE_IN_PROGRESS
    if is_completing and not rules.heartbeats_while_completing:
        is_known = sender.member_id in group.members
        return Error.REBALANCE_IN_PROGRESS if is_known else Error.UNKNOWN_MEMBER_ID
    return sender_error(group, sender)


def on_leave(
    group: ClassicGroup, leaver: Leaver, rules: GroupRules, now: Instant
) -> Step:
    """Take out a member that leaves, or that a tool removes by its instance id."""
    if leaver.member_id in group.pending:
        return complete_if_all_joined(group.without(leaver.member_id), rules, now)
    if leaver.member_id == NO_MEMBER_ID and leaver.instance_id is not None:
        member = group.static_member(leaver.instance_id)
        error = Error.NONE if member is not None else Error.UNKNOWN_MEMBER_ID
    else:
        error = membership_error(group, leaver.member_id, leaver.instance_id)
        member = group.members.get(leaver.member_id)
    if error is not Error.NONE or member is None:
        return Step(group, error=error)
    return remove_member(group, member, rules, now)


def on_leave_all(
    group: ClassicGroup, leavers: Sequence[Leaver], rules: GroupRules, now: Instant
) -> tuple[Step, tuple[Error, ...]]:
    """Take out several, one after the other; return what each is told."""
    step, errors = Step(group), []
    for leaver in leavers:
        after = on_leave(step.group, leaver, rules, now)
        errors.append(after.error)
        step = Step(after.group, step.effects + after.effects)
    return step, tuple(errors)


def on_commit(
    group: ClassicGroup, sender: Sender, rules: GroupRules, now: Instant
) -> Step:
    """Tell whether a commit may be written; a member that commits lives.

    Without members anybody may commit who names no generation: consumers that assign
    partitions to themselves, and tools.
    """
    if group.state is State.EMPTY and sender.generation < 0:
        return Step(group)
    is_completing = group.state is State.COMPLETING
    if is_completing and rules.refuses_commits_by_state:
        return Step(group, error=Error.REBALANCE_IN_PROGRESS)
    error = sender_error(group, sender)
    if error is Error.NONE and is_completing:
        error = Error.REBALANCE_IN_PROGRESS
    if error is not Error.NONE:
        return Step(group, error=error)
    return Step(heard_from(group, group.members[sender.member_id], now))


def transactional_error(group: ClassicGroup, sender: Sender) -> Error:
    """Return why a commit in a transaction is refused, NONE if it is not (KIP-447).

    It may come at any time: its end does not depend on the state of the group.
    """
    if group.state is State.EMPTY and sender.generation < 0:
        return Error.NONE
    return sender_error(group, sender)


def with_sessions(group: ClassicGroup, now: Instant) -> ClassicGroup:
    """Return a group that was read from its log, every session beginning now."""
    members = {
        it.id: replace(it, deadline_ms=now.ms + it.session_timeout_ms)
        for it in group.members.values()
    }
    return replace(group, members=members)
