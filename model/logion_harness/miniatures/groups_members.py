"""Members of classic groups: their syncs, their heartbeats, how they leave."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from logion.group.classic.state import ClassicGroup, Member, State
from logion.group.classic.steps import Leaver, Sender, Step, Sync, SyncAnswer
from logion.protocol.errors import Error

from logion_harness.miniatures.miniature import Miniature
from logion_harness.miniatures.seams import (
    hears,
    instead,
    swapped,
    unsaid,
)

MEMBERSHIP = "logion.group.classic.membership"
SYNCING = "logion.group.classic.syncing"


def the_leaders_part(part_of: Callable[..., SyncAnswer]) -> Callable[..., SyncAnswer]:
    """Give everybody what the leader gave itself."""
    return lambda group, _: part_of(group, group.members[group.leader])


def at_once(on_sync: Callable[..., Step]) -> Callable[..., Step]:
    """Answer followers that sync before the leader with no work."""

    def wrong(group: ClassicGroup, sync: Sync, *more: Any) -> Step:
        step = on_sync(group, sync, *more)
        is_waiting = step.sync is None and sync.member_id != group.leader
        return Step(group, sync=SyncAnswer(Error.NONE)) if is_waiting else step

    return wrong


def as_it_likes(on_sync: Callable[..., Step]) -> Callable[..., Step]:
    """Let the leader assign anew in a generation that is assigned."""

    def wrong(group: ClassicGroup, sync: Sync, *more: Any) -> Step:
        if group.state is State.STABLE and sync.member_id == group.leader:
            for member_id, part in sync.assignments.items():
                member = group.members[member_id]
                group = group.with_member(replace(member, assignment=part))
        return on_sync(group, sync, *more)

    return wrong


def unknown_until_synced(check: Callable[..., Error]) -> Callable[..., Error]:
    """Know members that have not synced yet not at all."""

    def wrong(group: ClassicGroup, sender: Sender, *more: Any) -> Error:
        if group.state is State.COMPLETING:
            return Error.UNKNOWN_MEMBER_ID
        return check(group, sender, *more)

    return wrong


def in_any_group(heartbeat: Callable[..., Error]) -> Callable[..., Error]:
    """Take the heartbeat of a member for any group that it names."""

    def wrong(self: Any, group_id: str, sender: Sender) -> Error:
        of_it = (it for _, it in self.cells() if sender.member_id in it.classic.members)
        cell = next(of_it, None)
        return heartbeat(self, group_id if cell is None else cell.id, sender)

    return wrong


def without_a_word(_: Any) -> Any:
    """Take a member out, and tell nobody."""

    def wrong(group: ClassicGroup, member: Member, *_: Any) -> Step:
        return Step(group.without(member.id))

    return wrong


def keeping_unused_ids(on_leave: Callable[..., Step]) -> Callable[..., Step]:
    """Keep an id that is given back unused."""

    def wrong(group: ClassicGroup, leaver: Leaver, *more: Any) -> Step:
        if leaver.member_id in group.pending:
            return Step(group)
        return on_leave(group, leaver, *more)

    return wrong


def by_member_id(check: Callable[..., Error]) -> Callable[..., Error]:
    """Look at member ids alone, whatever instance ids say."""
    return lambda group, member_id, _: check(group, member_id, None)


MINIATURES = (
    Miniature(
        "gives-all-the-same-work",
        "gives every member the leader's assignment",
        (
            "groups.sync.assignments",
            "groups.sync.waits-for-leader",
            "groups.sync.again",
        ),
        swapped(f"{SYNCING}:_part_of", the_leaders_part),
    ),
    Miniature(
        "has-no-patience-with-leaders",
        "answers followers before the leader has assigned anything",
        ("groups.sync.waits-for-leader", "groups.sync.interrupted"),
        swapped("logion.group.classic_groups:on_sync", at_once),
    ),
    Miniature(
        "lets-leaders-assign-again",
        "lets the leader change the assignments of a stable group",
        ("groups.sync.again",),
        swapped("logion.group.classic_groups:on_sync", as_it_likes),
    ),
    Miniature(
        "syncs-any-generation",
        "takes a sync of a generation that is not the present one",
        ("groups.sync.refused",),
        unsaid("SyncGroup", Error.ILLEGAL_GENERATION),
    ),
    Miniature(
        "syncs-any-protocol",
        "takes a sync of a protocol that was not chosen",
        ("groups.sync.protocol",),
        swapped(f"{SYNCING}:_agrees", instead(value=True)),
    ),
    Miniature(
        "syncs-while-members-join",
        "takes a sync while the next generation gathers",
        ("groups.sync.rebalancing", "groups.sync.interrupted"),
        unsaid("SyncGroup", Error.REBALANCE_IN_PROGRESS),
    ),
    Miniature(
        "hears-strange-hearts",
        "takes the heartbeat of anybody for that of a member",
        ("groups.heartbeat.stable", "groups.join.two-groups"),
        unsaid("Heartbeat", Error.UNKNOWN_MEMBER_ID),
    ),
    Miniature(
        "hears-members-in-any-group",
        "takes a member's heartbeat for a group that it is not in",
        ("groups.join.two-groups", "groups.heartbeat.stable"),
        swapped("logion.group.coordinator:GroupCoordinator.heartbeat", in_any_group),
    ),
    Miniature(
        "hears-old-generations",
        "takes heartbeats of a generation that is not the present one",
        ("groups.heartbeat.stable", "groups.heartbeat.old-generation"),
        unsaid("Heartbeat", Error.ILLEGAL_GENERATION),
    ),
    Miniature(
        "keeps-rebalances-to-itself",
        "does not tell of a rebalance in heartbeats",
        ("groups.heartbeat.rebalancing", "groups.leave.rebalance"),
        unsaid("Heartbeat", Error.REBALANCE_IN_PROGRESS),
    ),
    Miniature(
        "knows-who-has-synced-alone",
        "does not know members that have joined and not synced",
        ("groups.heartbeat.unsynced",),
        swapped(f"{MEMBERSHIP}:_heartbeat_error", unknown_until_synced),
    ),
    Miniature(
        "says-no-farewell",
        "takes out who leaves and does not have the others rebalance",
        ("groups.leave.rebalance", "groups.leave.joining", "groups.static.leave"),
        swapped(f"{MEMBERSHIP}:remove_member", without_a_word),
    ),
    Miniature(
        "lets-strangers-leave",
        "says that a member has left which was none",
        ("groups.leave.stranger", "groups.leave.several"),
        unsaid("LeaveGroup", Error.UNKNOWN_MEMBER_ID),
    ),
    Miniature(
        "lets-one-leave",
        "takes out the first of several members that are to leave",
        ("groups.leave.several",),
        hears("LeaveGroup", "members", lambda members: members and members[:1]),
    ),
    Miniature(
        "keeps-ids-given-back",
        "lets a member join with an id that it has given back",
        ("groups.leave.pending",),
        swapped(f"{MEMBERSHIP}:on_leave", keeping_unused_ids),
    ),
    Miniature(
        "fences-nobody",
        "does not look whose instance id a member claims",
        ("groups.static.fenced", "groups.static.unknown", "groups.static.leave"),
        swapped(f"{MEMBERSHIP}:membership_error", by_member_id),
    ),
)
