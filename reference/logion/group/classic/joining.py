"""JoinGroup: who comes in, who comes back, and what that does to the group.

| the group is | a new member | a member as before | a changed member, the leader |
|---|---|---|---|
| Empty | joins; the phase begins | - | - |
| PreparingRebalance | joins | waits | waits |
| CompletingRebalance | the phase begins anew | the present generation | begins anew |
| Stable | the phase begins | the present generation | the phase begins |

In CompletingRebalance the leader with nothing changed gets the present generation too.

Source: Kafka documentation, "Consumers"; KIP-62, KIP-345, KIP-389, KIP-394, KIP-814.
"""

from __future__ import annotations

from dataclasses import replace

from logion.group.classic.membership import membership_error
from logion.group.classic.phases import (
    complete_if_all_joined,
    heard_from,
    joined,
    prepare_rebalance,
    rebalance,
    told_to_leader,
)
from logion.group.classic.state import (
    NO_MEMBER_ID,
    ClassicGroup,
    Member,
    State,
    selected_protocol,
)
from logion.group.classic.steps import (
    AnswerJoin,
    AnswerSync,
    Effect,
    Join,
    JoinAnswer,
    Step,
    StoreReplacement,
    SyncAnswer,
)
from logion.group.rules import GroupRules, Instant
from logion.protocol.errors import Error


def session_timeout_error(timeout_ms: int, rules: GroupRules) -> Error:
    """Return INVALID_SESSION_TIMEOUT for one that is out of bounds, else NONE."""
    low, high = rules.session_timeout_min_ms, rules.session_timeout_max_ms
    return Error.NONE if low <= timeout_ms <= high else Error.INVALID_SESSION_TIMEOUT


def on_join(group: ClassicGroup, join: Join, rules: GroupRules, now: Instant) -> Step:
    """Let a client in, or back in; its answer comes with the step or later."""
    if not _has_room(group, join.member_id, rules):
        return _turn_away(group, join, rules, now)
    error = _join_error(group, join, rules)
    if error is not Error.NONE:
        return Step(group, join=JoinAnswer(error, join.member_id))
    if join.member_id == NO_MEMBER_ID:
        return _join_first(group, join, rules, now)
    if join.member_id in group.pending:
        return _add_member(group, join, join.member_id, rules, now)
    return _join_again(group, group.members[join.member_id], join, rules, now)


def _turn_away(
    group: ClassicGroup, join: Join, rules: GroupRules, now: Instant
) -> Step:
    """Let nobody more into a full group; a member that came too late is out."""
    step = complete_if_all_joined(group.without(join.member_id), rules, now)
    return step._replace(join=JoinAnswer(Error.GROUP_MAX_SIZE_REACHED, NO_MEMBER_ID))


def _join_error(group: ClassicGroup, join: Join, rules: GroupRules) -> Error:
    if group.state is State.DEAD:
        return Error.COORDINATOR_NOT_AVAILABLE
    if not _is_consistent(group, join, rules):
        return Error.INCONSISTENT_GROUP_PROTOCOL
    if join.member_id == NO_MEMBER_ID or join.member_id in group.pending:
        return Error.NONE
    return membership_error(group, join.member_id, join.instance_id)


def _is_consistent(group: ClassicGroup, join: Join, rules: GroupRules) -> bool:
    """Tell whether the client has a protocol in common with all members.

    The first has to name one, whatever the release: nobody could follow none.
    """
    if not join.protocols:
        return False
    if group.state is State.EMPTY and rules.requires_protocol_type:
        return bool(join.protocol_type)
    return group.supports(join.protocol_type, join.protocols)


def _has_room(group: ClassicGroup, member_id: str, rules: GroupRules) -> bool:
    """Tell whether the group may have this member, or one more (KIP-389)."""
    member = group.members.get(member_id)
    if len(group.members) < rules.size_max or group.state is State.DEAD:
        return True
    if group.state is State.PREPARING:
        count = sum(it.is_joining for it in group.members.values())
        return (member is not None and member.is_joining) or count < rules.size_max
    return member is not None


def _join_first(
    group: ClassicGroup, join: Join, rules: GroupRules, now: Instant
) -> Step:
    """Take in a client without a member id, or tell it which to join with."""
    if join.instance_id is not None:
        known = group.static_member(join.instance_id)
        if known is not None:
            return _replace_static(group, known, join, rules, now)
    elif join.must_have_id:
        deadline_ms = now.ms + join.session_timeout_ms
        pending = {**group.pending, join.new_member_id: deadline_ms}
        answer = JoinAnswer(Error.MEMBER_ID_REQUIRED, join.new_member_id)
        return Step(replace(group, pending=pending), join=answer)
    return _add_member(group, join, join.new_member_id, rules, now)


def _add_member(
    group: ClassicGroup, join: Join, member_id: str, rules: GroupRules, now: Instant
) -> Step:
    timeout_ms = rules.new_member_timeout_ms
    member = Member(
        member_id,
        join.instance_id,
        join.client_id,
        join.client_host,
        join.session_timeout_ms,
        join.rebalance_timeout_ms,
        join.protocols,
        is_new=timeout_ms is not None,
        is_joining=True,
        deadline_ms=now.ms + (timeout_ms or 0),
    )
    pending = {key: at for key, at in group.pending.items() if key != member_id}
    if group.joining is not None and group.generation == 0:
        group = replace(group, joining=replace(group.joining, is_growing=True))
    larger = replace(
        group.with_member(member),
        protocol_type=join.protocol_type,
        leader=group.leader or member_id,
        pending=pending,
    )
    return rebalance(larger, rules, now)


def _join_again(
    group: ClassicGroup, member: Member, join: Join, rules: GroupRules, now: Instant
) -> Step:
    """Let a member join again, or tell it what it could not hear."""
    is_changed = member.protocols != join.protocols
    is_leader = group.leader == member.id
    if group.state is State.COMPLETING and not is_changed:
        return Step(group, join=joined(group, member.id))
    if group.state is State.STABLE and not is_changed and not is_leader:
        return Step(group, join=joined(group, member.id))
    return rebalance(group.with_member(_joining(member, join)), rules, now)


def _joining(member: Member, join: Join) -> Member:
    """Return a member that joins again, with what it asks for now."""
    return replace(
        member,
        protocols=join.protocols,
        session_timeout_ms=join.session_timeout_ms,
        rebalance_timeout_ms=join.rebalance_timeout_ms,
        is_joining=True,
    )


def _replace_static(
    group: ClassicGroup, known: Member, join: Join, rules: GroupRules, now: Instant
) -> Step:
    """Let a static member that came back take its own place (KIP-345).

    Whoever waits under the old id is fenced. In a stable group nobody else has to
    join again if the way to divide the work stays the same.
    """
    fenced = _fence(known)
    own = replace(known, id=join.new_member_id, is_new=False, is_syncing=False)
    renamed = _renamed(group, known.id, _joining(own, join))
    renamed = heard_from(renamed, renamed.members[own.id], now)
    match group.state:
        case State.STABLE if selected_protocol(renamed) == group.protocol:
            store = StoreReplacement(group, own.id, join.may_skip_assignment)
            return Step(renamed, (*fenced, store))
        case State.STABLE | State.COMPLETING:
            return prepare_rebalance(renamed, rules, now).before(*fenced)
        case _:
            return complete_if_all_joined(renamed, rules, now).before(*fenced)


def _fence(member: Member) -> tuple[Effect, ...]:
    """Return the answer to the request of a member that waits, if one does."""
    error = Error.FENCED_INSTANCE_ID
    if member.is_joining:
        return (AnswerJoin(member.id, JoinAnswer(error, member.id)),)
    if member.is_syncing:
        return (AnswerSync(member.id, SyncAnswer(error)),)
    return ()


def _renamed(group: ClassicGroup, old_id: str, member: Member) -> ClassicGroup:
    """Return the group with a member under a new id, in its old place."""
    members = {
        (member.id if key == old_id else key): (member if key == old_id else it)
        for key, it in group.members.items()
    }
    return replace(
        group.synced(old_id),
        members=members,
        leader=member.id if group.leader == old_id else group.leader,
    )


def on_replacement_stored(
    group: ClassicGroup, stored: StoreReplacement, error: Error
) -> Step:
    """Tell a static member that it is back, or give it its old id if that failed.

    If the group has begun to join again meanwhile, nothing happens. Before v9 of
    JoinGroup a leader that came back is told the old leader's id, so that it does not
    divide the work anew (KIP-814).
    """
    old, member_id = stored.old, stored.member_id
    member = group.members.get(member_id)
    if member is None or not member.is_joining or group.state is not State.STABLE:
        return Step(group)
    if error is not Error.NONE:
        answer = replace(joined(old, NO_MEMBER_ID), error=error)
        restored = _restored(group, old, member)
        return Step(restored, (AnswerJoin(member_id, answer),))
    group = group.with_member(replace(member, is_joining=False))
    answer = replace(joined(group, member_id), members=(), leader=old.leader)
    if stored.may_skip_assignment:
        is_leader = group.leader == member_id
        answer = replace(
            answer,
            leader=group.leader,
            skip_assignment=is_leader,
            members=told_to_leader(group) if is_leader else (),
        )
    return Step(group, (AnswerJoin(member_id, answer),))


def _restored(group: ClassicGroup, old: ClassicGroup, member: Member) -> ClassicGroup:
    """Return the group with a static member as it was; nobody else has changed."""
    known = next(
        it for it in old.members.values() if it.instance_id == member.instance_id
    )
    known = replace(known, is_joining=False, deadline_ms=member.deadline_ms)
    return _renamed(group, member.id, known)
