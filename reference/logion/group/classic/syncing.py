"""SyncGroup: the leader divides the work, everybody gets its part.

Nobody is told its part before the whole division is written down: a coordinator that
takes over must know it.

Source: Kafka documentation, "Consumers"; KIP-559.
"""

from __future__ import annotations

from dataclasses import replace

from logion.group.classic.membership import sender_error
from logion.group.classic.phases import (
    heard_from,
    prepare_rebalance,
    refuse_syncs,
)
from logion.group.classic.state import ClassicGroup, Member, State, entered
from logion.group.classic.steps import (
    AnswerSync,
    Sender,
    Step,
    StoreAssignment,
    Sync,
    SyncAnswer,
)
from logion.group.rules import GroupRules, Instant
from logion.protocol.errors import Error


def on_sync(group: ClassicGroup, sync: Sync, now: Instant) -> Step:
    """Take the leader's division of the work, or tell a member its part."""
    error = _sync_error(group, sync)
    if error is not Error.NONE:
        return Step(group, sync=SyncAnswer(error))
    group = group.synced(sync.member_id)
    member = group.members[sync.member_id]
    if group.state is State.STABLE:
        group = heard_from(group, member, now)
        return Step(group, sync=_part_of(group, member))
    group = group.with_member(replace(member, is_syncing=True))
    if group.leader != member.id:
        return Step(group)
    parts = {it: sync.assignments.get(it, b"") for it in group.members}
    return Step(group, (StoreAssignment(group.generation, parts),))


def _sync_error(group: ClassicGroup, sync: Sync) -> Error:
    sender = Sender(sync.member_id, sync.generation, sync.instance_id)
    error = sender_error(group, sender)
    if error is not Error.NONE:
        return error
    if not _agrees(group, sync):
        return Error.INCONSISTENT_GROUP_PROTOCOL
    is_preparing = group.state is State.PREPARING
    return Error.REBALANCE_IN_PROGRESS if is_preparing else Error.NONE


def _agrees(group: ClassicGroup, sync: Sync) -> bool:
    """Tell whether a member believes in the group's protocol, if it says so."""
    is_type = sync.protocol_type in (None, group.protocol_type)
    return is_type and sync.protocol in (None, group.protocol)


def _part_of(group: ClassicGroup, member: Member) -> SyncAnswer:
    return SyncAnswer(
        Error.NONE, member.assignment, group.protocol_type, group.protocol
    )


def on_assignment_stored(
    group: ClassicGroup,
    stored: StoreAssignment,
    error: Error,
    rules: GroupRules,
    now: Instant,
) -> Step:
    """Give everybody its part, or the error of the write and a new join phase.

    If the members have begun to join again meanwhile, nothing happens.
    """
    if group.state is not State.COMPLETING or group.generation != stored.generation:
        return Step(group)
    if error is not Error.NONE:
        group, effects = refuse_syncs(group, error, now)
        return prepare_rebalance(group, rules, now).before(*effects)
    waiting = [it.id for it in group.members.values() if it.is_syncing]
    for member in group.members.values():
        part = stored.assignments.get(member.id, b"")
        served = replace(member, assignment=part, is_syncing=False)
        if member.is_syncing:
            group = heard_from(group, served, now)
        else:
            group = group.with_member(served)
    group = entered(group, State.STABLE, now.time_ms)
    return Step(
        group,
        tuple(AnswerSync(it, _part_of(group, group.members[it])) for it in waiting),
    )
