"""The join phase: it begins, ends when all have joined or time is up, and what then.

A generation begins with the end of a join phase. Whoever has not joined by then is out,
unless it is static: such a member may come back until its session ends (KIP-345).

Source: Kafka documentation, "Consumers"; KIP-62, KIP-134, KIP-345.
"""

from __future__ import annotations

from dataclasses import replace

from logion.group.classic.state import (
    TRANSITIONS,
    ClassicGroup,
    JoinPhase,
    Member,
    State,
    entered,
    selected_protocol,
)
from logion.group.classic.steps import (
    AnswerJoin,
    AnswerSync,
    Effect,
    JoinAnswer,
    JoinedMember,
    Step,
    StoreEmpty,
    SyncAnswer,
)
from logion.group.rules import GroupRules, Instant
from logion.protocol.errors import Error


def heard_from(group: ClassicGroup, member: Member, now: Instant) -> ClassicGroup:
    """Return the group in which a member's session begins anew."""
    return group.with_member(member.until(now.ms + member.session_timeout_ms))


def prepare_rebalance(group: ClassicGroup, rules: GroupRules, now: Instant) -> Step:
    """Begin a join phase; whoever waits for its work has to join again."""
    effects: tuple[Effect, ...] = ()
    if group.state is State.COMPLETING:
        group, effects = refuse_syncs(group, Error.REBALANCE_IN_PROGRESS, now)
    timeout_ms = group.rebalance_timeout_ms
    if group.state is State.EMPTY:
        remaining_ms = max(timeout_ms - rules.initial_delay_ms, 0)
        deadline_ms = now.ms + rules.initial_delay_ms
        phase = JoinPhase(deadline_ms, is_initial=True, remaining_ms=remaining_ms)
    else:
        phase = JoinPhase(now.ms + timeout_ms)
    preparing = replace(
        entered(group, State.PREPARING, now.time_ms),
        joining=phase,
        unsynced=frozenset(),
        sync_deadline_ms=None,
    )
    return complete_if_all_joined(preparing, rules, now).before(*effects)


def refuse_syncs(
    group: ClassicGroup, error: Error, now: Instant
) -> tuple[ClassicGroup, tuple[Effect, ...]]:
    """Answer all who wait for their work with an error; nobody has any now."""
    effects = []
    for member in group.members.values():
        cleared = replace(member, assignment=b"", is_syncing=False)
        if member.is_syncing:
            effects.append(AnswerSync(member.id, SyncAnswer(error)))
            group = heard_from(group, cleared, now)
        else:
            group = group.with_member(cleared)
    return group, tuple(effects)


def complete_if_all_joined(
    group: ClassicGroup, rules: GroupRules, now: Instant
) -> Step:
    """End the join phase if nobody is missing any more and it may end before its time.

    In a group of another state nothing changes.
    """
    if group.joining is None or group.joining.is_initial or not group.have_all_joined:
        return Step(group)
    return complete_join(group, rules, now)


def on_join_deadline(group: ClassicGroup, rules: GroupRules, now: Instant) -> Step:
    """End the join phase, or go on waiting if an initial one may become longer."""
    phase = group.joining
    assert phase is not None, "only a join phase has a join deadline"
    if phase.is_initial and phase.is_growing and phase.remaining_ms:
        delay_ms = min(rules.initial_delay_ms, phase.remaining_ms)
        longer = replace(
            phase,
            deadline_ms=now.ms + delay_ms,
            remaining_ms=max(phase.remaining_ms - rules.initial_delay_ms, 0),
            is_growing=False,
        )
        return Step(replace(group, joining=longer))
    return complete_join(group, rules, now)


def complete_join(group: ClassicGroup, rules: GroupRules, now: Instant) -> Step:
    """End the join phase: a new generation of those who have joined.

    If no dynamic member is left and no static one has joined, the phase goes on.
    """
    for member in group.members.values():
        if not member.is_joining and member.instance_id is None:
            group = group.without(member.id)
    group = _with_joined_leader(group)
    if not group.members:
        return _become_empty(group, rules, now)
    if not group.members[group.leader or ""].is_joining:
        timeout_ms = max(group.rebalance_timeout_ms, 1)  # or time would stand still
        phase = JoinPhase(now.ms + timeout_ms)
        return Step(replace(group, joining=phase))
    return _begin_generation(group, now)


def _with_joined_leader(group: ClassicGroup) -> ClassicGroup:
    """Return the group with a leader that has joined, if anybody has."""
    joined = [it.id for it in group.members.values() if it.is_joining]
    if not joined or group.leader in joined:
        return group
    return replace(group, leader=joined[0])


def _become_empty(group: ClassicGroup, rules: GroupRules, now: Instant) -> Step:
    state = State.EMPTY if rules.keeps_empty_groups else State.DEAD
    empty = replace(
        entered(group, state, now.time_ms),
        generation=group.generation + 1,
        protocol=None,
        leader=None,
        joining=None,
    )
    return Step(empty, (StoreEmpty(),))


def _begin_generation(group: ClassicGroup, now: Instant) -> Step:
    timeout_ms = group.rebalance_timeout_ms
    begun = replace(
        entered(group, State.COMPLETING, now.time_ms),
        generation=group.generation + 1,
        protocol=selected_protocol(group),
        joining=None,
        unsynced=frozenset(group.members),
        sync_deadline_ms=now.ms + timeout_ms,
    )
    waiting = [it.id for it in group.members.values() if it.is_joining]
    members = {
        it.id: replace(
            it,
            is_new=False,
            is_joining=False,
            deadline_ms=now.ms + it.session_timeout_ms,
        )
        for it in group.members.values()
    }
    begun = replace(begun, members=members)
    return Step(begun, tuple(AnswerJoin(it, joined(begun, it)) for it in waiting))


def joined(group: ClassicGroup, member_id: str) -> JoinAnswer:
    """Return what a member of the present generation is told; the leader hears all."""
    is_leader = group.leader == member_id
    return JoinAnswer(
        Error.NONE,
        member_id,
        group.generation,
        group.protocol_type,
        group.protocol,
        group.leader,
        members=told_to_leader(group) if is_leader else (),
    )


def told_to_leader(group: ClassicGroup) -> tuple[JoinedMember, ...]:
    """Return every member with what it sent for the chosen protocol."""
    protocol = group.protocol or ""
    return tuple(
        JoinedMember(it.id, it.instance_id, it.metadata(protocol))
        for it in group.members.values()
    )


def remove_member(
    group: ClassicGroup, member: Member, rules: GroupRules, now: Instant
) -> Step:
    """Take a member out; the others have to divide the work anew.

    If a request of it waits, the answer is UNKNOWN_MEMBER_ID: it may join anew.
    """
    effects: tuple[Effect, ...] = ()
    if member.is_joining:
        effects = (AnswerJoin(member.id, JoinAnswer(Error.UNKNOWN_MEMBER_ID, "")),)
    elif member.is_syncing:
        effects = (AnswerSync(member.id, SyncAnswer(Error.UNKNOWN_MEMBER_ID)),)
    smaller = group.without(member.id)
    return rebalance(smaller, rules, now).before(*effects)


def rebalance(group: ClassicGroup, rules: GroupRules, now: Instant) -> Step:
    """Begin a join phase, or look whether the present one can end."""
    if State.PREPARING in TRANSITIONS[group.state]:
        return prepare_rebalance(group, rules, now)
    return complete_if_all_joined(group, rules, now)
