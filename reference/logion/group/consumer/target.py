"""What each member shall have: the target of a group, made anew for a new epoch."""

from __future__ import annotations

from collections import Counter

from logion.group.consumer.assignors import ASSIGNORS
from logion.group.consumer.assignors.spec import GroupSpec, MemberSpec
from logion.group.consumer.changes import Draft
from logion.group.consumer.state import ConsumerGroup, Moment, Settings
from logion.group.consumer.subscriptions import topics_of


def assignor_of(group: ConsumerGroup, settings: Settings) -> str:
    """Return the assignor that most members would like, else the first there is.

    One that is not there was one of another broker, which wrote the group.
    """
    wished = (it.server_assignor for it in group.members.values())
    wishes = Counter(it for it in wished if it is not None and it in ASSIGNORS)
    return max(wishes, key=lambda it: (wishes[it], it), default=settings.assignors[0])


def update_target(draft: Draft, moment: Moment) -> None:
    """Make the target anew if the group has a newer epoch, and it is time to.

    Between two targets passes `assignment_interval_ms` at least (KIP-1263).
    """
    group, interval_ms = draft.group, moment.settings.assignment_interval_ms
    if group.target_epoch >= group.epoch:
        return
    if interval_ms and moment.time_ms < group.target_at_ms + interval_ms:
        return
    assign = ASSIGNORS[assignor_of(group, moment.settings)]
    for member_id, target in assign(_spec(group, moment)).items():
        if target != group.targets.get(member_id):
            draft.write_target(member_id, target)
    draft.write_target_epoch(group.epoch, moment.time_ms)


def _spec(group: ConsumerGroup, moment: Moment) -> GroupSpec:
    """Return what an assignor must know of the group."""
    image = moment.image
    members = {
        member_id: MemberSpec(
            topics_of(group, member, image),
            group.target_of(member_id),
            member.instance_id,
        )
        for member_id, member in group.members.items()
    }
    wanted = frozenset().union(*(it.topics for it in members.values()))
    sizes = {it: len(image.topics_by_id[it].partitions) for it in sorted(wanted)}
    return GroupSpec(members, sizes)
