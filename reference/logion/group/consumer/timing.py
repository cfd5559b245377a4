"""When a member must have done something: deadlines of a group, and which is next."""

from __future__ import annotations

from dataclasses import replace

from logion.group.consumer.changes import changed
from logion.group.consumer.state import (
    ConsumerGroup,
    Deadline,
    Member,
    MemberState,
    Moment,
    Timer,
)


def with_deadline(
    group: ConsumerGroup, kind: Deadline, member_id: str, at_ms: int | None
) -> ConsumerGroup:
    """Return the group with this deadline of a member; None: it has none."""
    timers = changed(group.timers, Timer(kind, member_id), at_ms)
    return group if timers is group.timers else replace(group, timers=timers)


def has_deadline(group: ConsumerGroup, kind: Deadline, member_id: str) -> bool:
    """Tell whether a member has a deadline of this kind."""
    return Timer(kind, member_id) in group.timers


def with_session(group: ConsumerGroup, member: Member, moment: Moment) -> ConsumerGroup:
    """Return the group after a sign of life of this member."""
    timeout_ms = moment.settings.session_timeout_ms
    if member.classic is not None:
        timeout_ms = member.classic.session_timeout_ms
    at_ms = moment.now_ms + timeout_ms
    return with_deadline(group, Deadline.SESSION, member.member_id, at_ms)


def with_rebalance(
    group: ConsumerGroup, member: Member, moment: Moment
) -> ConsumerGroup:
    """Return the group after a step of this member: if it must give up partitions, it
    has its rebalance timeout for it, from now on."""
    is_revoking = member.state is MemberState.UNREVOKED_PARTITIONS
    at_ms = moment.now_ms + member.rebalance_timeout_ms if is_revoking else None
    return with_deadline(group, Deadline.REBALANCE, member.member_id, at_ms)


def without_timers(group: ConsumerGroup, member_ids: frozenset[str]) -> ConsumerGroup:
    """Return the group without any deadline of these members."""
    left = {it: at for it, at in group.timers.items() if it.member_id not in member_ids}
    return replace(group, timers=left)


def next_deadline_ms(group: ConsumerGroup) -> int | None:
    """Return when the next deadline of the group ends; None if there is none."""
    return min(group.timers.values(), default=None)


def late_members(group: ConsumerGroup, now_ms: int) -> dict[str, Deadline]:
    """Return the members with a deadline that has ended, each with the first such."""
    late: dict[str, Deadline] = {}
    for timer, at_ms in sorted(group.timers.items(), key=lambda it: it[1]):
        if at_ms <= now_ms and timer.member_id in group.members:
            late.setdefault(timer.member_id, timer.kind)
    return late


def on_loaded(group: ConsumerGroup, moment: Moment) -> ConsumerGroup:
    """Return a group as its records say it is, with deadlines from now on."""
    for member in group.members.values():
        at_ms = moment.now_ms + moment.settings.session_timeout_ms
        group = with_deadline(group, Deadline.SESSION, member.member_id, at_ms)
        if member.classic is None:
            group = with_rebalance(group, member, moment)
    return group
