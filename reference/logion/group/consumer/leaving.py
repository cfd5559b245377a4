"""How members go: they leave, leave for a while, or are too late.

Source: KIP-848, "Static Membership" and "Member Failure".
"""

from __future__ import annotations

from dataclasses import replace

from logion.group.consumer.changes import Draft
from logion.group.consumer.migration import downgraded, may_downgrade
from logion.group.consumer.state import (
    LEAVE_FOR_A_WHILE_EPOCH,
    ConsumerGroup,
    Deadline,
    Member,
    Moment,
    Outcome,
    nothing,
)
from logion.group.consumer.subscriptions import update_metadata, update_patterns
from logion.group.consumer.timing import late_members, with_deadline, without_timers


def fenced(group: ConsumerGroup, member_ids: frozenset[str], moment: Moment) -> Outcome:
    """Return the group without these members.

    It becomes a classic group if only members of the classic protocol remain, and the
    migration policy lets it.
    """
    if not member_ids:
        return Outcome(group)
    if may_downgrade(group, member_ids, moment.settings):
        return downgraded(group, member_ids, moment)
    draft = Draft(group, moment.settings)
    for member_id in sorted(member_ids):
        draft.remove_member(member_id)
    update_patterns(draft, moment)
    update_metadata(draft, moment, has_changed=True)
    draft.group = without_timers(draft.group, member_ids)
    return draft.outcome()


def left_for_a_while(group: ConsumerGroup, member: Member, moment: Moment) -> Outcome:
    """Return the group after a static member has left and will be back.

    It keeps its partitions until then, or until its session ends; whoever comes back
    for it counts as having had them from the beginning.
    """
    draft = Draft(group, moment.settings)
    away = replace(
        member,
        epoch=LEAVE_FOR_A_WHILE_EPOCH,
        assigned=dict.fromkeys(member.assigned, 0),
        revoking=nothing(),
    )
    draft.write_current(away)
    draft.group = with_deadline(draft.group, Deadline.REBALANCE, member.member_id, None)
    return draft.outcome()


def on_time(
    group: ConsumerGroup, moment: Moment
) -> tuple[Outcome, dict[str, Deadline]]:
    """Return the group without the members that are too late, and what they missed."""
    late = late_members(group, moment.now_ms)
    return fenced(group, frozenset(late), moment), late
