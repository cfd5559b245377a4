"""Joining classic groups: who comes in, who leads, who is told what, who comes back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from logion.group.classic.phases import rebalance, told_to_leader
from logion.group.classic.state import ClassicGroup, Member, State
from logion.group.classic.steps import (
    AnswerJoin,
    Effect,
    Join,
    JoinAnswer,
    Step,
    StoreReplacement,
)
from logion.group.rules import GroupRules, Instant
from logion.protocol.errors import Error

from logion_harness.miniatures.miniature import Miniature
from logion_harness.miniatures.seams import (
    always,
    instead,
    swapped,
    tells,
    together,
    unsaid,
)

JOINING = "logion.group.classic.joining"
PHASES = "logion.group.classic.phases"
GROUPS = "logion.group.classic_groups"


def of_the_leader_alone(told: Callable[..., Any]) -> Callable[..., Any]:
    """Tell the leader who is in the group, and nothing of what they said."""
    return lambda group: tuple(it._replace(metadata=b"") for it in told(group))


def with_all_members(joined: Callable[..., JoinAnswer]) -> Callable[..., JoinAnswer]:
    """Tell everybody who is in the group."""

    def wrong(group: ClassicGroup, member_id: str) -> JoinAnswer:
        return replace(joined(group, member_id), members=told_to_leader(group))

    return wrong


def joins_with(**changes: Any) -> Callable[[Any], Any]:
    """Take every join for one with other fields."""

    def by(on_join: Callable[..., Step]) -> Callable[..., Step]:
        return lambda group, join, *more: on_join(
            group, replace(join, **changes), *more
        )

    return by


def halved(field: str) -> Callable[[Any], Any]:
    """Take half of a time for what a join asks for."""

    def by(on_join: Callable[..., Step]) -> Callable[..., Step]:
        def wrong(group: ClassicGroup, join: Join, *more: Any) -> Step:
            half = getattr(join, field) // 2
            return on_join(group, replace(join, **{field: half}), *more)

        return wrong

    return by


def without_waiting(_: Any) -> Any:
    """Take any members that have joined for all."""
    return property(lambda group: any(it.is_joining for it in group.members.values()))


def as_the_first_likes(_: Any) -> Any:
    """Choose the protocol that the first member likes best of those that all know."""
    return lambda group: group.candidates[0]


def a_generation_for_each(begin: Callable[..., Step]) -> Callable[..., Step]:
    """Count a generation for each member that joins it."""

    def wrong(group: ClassicGroup, now: Instant) -> Step:
        ahead = group.generation + len(group.members) - 1
        return begin(replace(group, generation=ahead), now)

    return wrong


def every_time(_: Any) -> Any:
    """Begin a rebalance for whoever joins again."""

    def wrong(
        group: ClassicGroup, member: Member, _: Join, rules: GroupRules, now: Instant
    ) -> Step:
        joining = replace(member, is_joining=True)
        return rebalance(group.with_member(joining), rules, now)

    return wrong


def of_members_too(join_again: Callable[..., Step]) -> Callable[..., Step]:
    """Take the leader that joins a stable group again for one of its followers."""

    def wrong(group: ClassicGroup, member: Member, *more: Any) -> Step:
        if group.state is not State.STABLE or group.leader != member.id:
            return join_again(group, member, *more)
        followed = replace(group, leader=None)
        step = join_again(followed, member, *more)
        return step._replace(group=replace(step.group, leader=member.id))

    return wrong


def keeping_the_type(check: Callable[..., bool]) -> Callable[..., bool]:
    """Have an empty group take no members but of the type that it had."""

    def wrong(group: ClassicGroup, join: Join, rules: GroupRules) -> bool:
        is_same = group.protocol_type in (None, join.protocol_type)
        return is_same and check(group, join, rules)

    return wrong


# --- static members -----------------------------------------------------------------


def ids_for_all(join_first: Callable[..., Step]) -> Callable[..., Step]:
    """Have static members join in two steps, too."""

    def wrong(group: ClassicGroup, join: Join, *more: Any) -> Step:
        is_known = join.instance_id and group.static_member(join.instance_id)
        if is_known or not join.must_have_id:
            return join_first(group, join, *more)
        return join_first(group, replace(join, instance_id=None), *more)

    return wrong


def unassigned(renamed: Callable[..., ClassicGroup]) -> Callable[..., ClassicGroup]:
    """Give a member that came back its place without its work."""
    return lambda group, old_id, member: renamed(
        group, old_id, replace(member, assignment=b"")
    )


def told_that_it_leads(on_stored: Callable[..., Step]) -> Callable[..., Step]:
    """Answer a leader that came back that it leads, and not that it may skip that."""

    def wrong(group: ClassicGroup, stored: StoreReplacement, error: Error) -> Step:
        step = on_stored(group, replace(stored, may_skip_assignment=True), error)
        return step._replace(effects=tuple(map(without_skipping, step.effects)))

    return wrong


def without_skipping(effect: Effect) -> Effect:
    """Return what is told to a member, without a word on what it may skip."""
    if not isinstance(effect, AnswerJoin):
        return effect
    return AnswerJoin(effect.member_id, replace(effect.answer, skip_assignment=False))


def as_it_said_first(_: Any) -> Any:
    """Have a member join again with what it said when it first did."""
    return lambda member, _: replace(member, is_joining=True)


MINIATURES = (
    Miniature(
        "hides-metadata",
        "does not tell the leader what members said of themselves",
        (
            "groups.join.first-member-leads",
            "groups.join.protocol.common",
            "groups.rejoin.follower-changed",
        ),
        swapped(f"{PHASES}:told_to_leader", of_the_leader_alone),
    ),
    Miniature(
        "invents-member-ids",
        "gives out member ids without the client's id",
        ("groups.join.member-id",),
        swapped(
            f"{GROUPS}:on_join",
            lambda on_join: (
                lambda group, join, *more: on_join(
                    group, replace(join, new_member_id=join.new_member_id[-36:]), *more
                )
            ),
        ),
    ),
    Miniature(
        "lets-in-at-once",
        "lets members in with their first request, in any version",
        ("groups.join.id-required", "groups.expiry.unused-id"),
        swapped(f"{GROUPS}:on_join", joins_with(must_have_id=False)),
    ),
    Miniature(
        "asks-everybody-for-an-id",
        "has clients join with an id that do not know of that",
        ("groups.join.id-at-once",),
        swapped(f"{GROUPS}:on_join", joins_with(must_have_id=True)),
    ),
    Miniature(
        "tells-everybody-of-all",
        "tells every member who is in the group, not the leader alone",
        (
            "groups.join.leader-alone-sees-members",
            "groups.rejoin.follower-same",
            "groups.rejoin.unsynced",
        ),
        together(
            swapped(f"{PHASES}:joined", with_all_members),
            swapped(f"{JOINING}:joined", with_all_members),
        ),
    ),
    Miniature(
        "waits-for-nobody",
        "begins a generation without the members that have not joined yet",
        ("groups.join.pending-until-all",),
        swapped(
            "logion.group.classic.state:ClassicGroup.have_all_joined", without_waiting
        ),
    ),
    Miniature(
        "follows-the-first",
        "chooses the protocol that the first member likes best, not most of them",
        ("groups.join.protocol.majority",),
        swapped(f"{PHASES}:selected_protocol", as_the_first_likes),
    ),
    Miniature(
        "lets-strange-protocols-in",
        "tells members that they are in which have no protocol in common",
        ("groups.join.inconsistent", "groups.join.no-protocols"),
        unsaid("JoinGroup", Error.INCONSISTENT_GROUP_PROTOCOL),
    ),
    Miniature(
        "knows-no-session-bounds",
        "takes any session time-out",
        ("groups.join.session-timeout",),
        swapped("logion.group.coordinator:session_timeout_error", instead(Error.NONE)),
    ),
    Miniature(
        "has-a-nameless-group",
        "lets members into the group with the empty name",
        ("groups.join.invalid-group",),
        unsaid("JoinGroup", Error.INVALID_GROUP_ID),
    ),
    Miniature(
        "joins-strangers",
        "tells a member that it is in whose id nobody has given out",
        ("groups.join.unknown-member", "groups.static.unknown"),
        unsaid("JoinGroup", Error.UNKNOWN_MEMBER_ID),
    ),
    Miniature(
        "counts-members-as-generations",
        "counts a generation for each member that joins it",
        ("groups.generations", "groups.leave.rebalance"),
        swapped(f"{PHASES}:_begin_generation", a_generation_for_each),
    ),
    Miniature(
        "rebalances-for-nothing",
        "begins a rebalance for a follower that joins again unchanged",
        ("groups.rejoin.follower-same",),
        swapped(f"{JOINING}:_join_again", every_time),
    ),
    Miniature(
        "keeps-the-leader-quiet",
        "answers a leader that joins again with the generation that there is",
        ("groups.rejoin.leader",),
        swapped(f"{JOINING}:_join_again", of_members_too),
    ),
    Miniature(
        "keeps-the-type-of-nobody",
        "has a group that all have left take members of the type before alone",
        ("groups.leave.last",),
        swapped(f"{JOINING}:_is_consistent", keeping_the_type),
    ),
    Miniature(
        "halves-rebalances",
        "waits half the rebalance time-out for members to join again",
        ("groups.expiry.slow-member",),
        swapped(f"{GROUPS}:on_join", halved("rebalance_timeout_ms")),
    ),
    Miniature(
        "halves-sessions",
        "gives members up after half their session time-out",
        ("groups.expiry.silent-member",),
        swapped(f"{GROUPS}:on_join", halved("session_timeout_ms")),
    ),
    Miniature(
        "asks-static-members-for-an-id",
        "has static members join in two steps, as others do",
        ("groups.static.join",),
        swapped(f"{JOINING}:_join_first", ids_for_all),
    ),
    Miniature(
        "takes-the-work-of-who-comes-back",
        "gives a static member that comes back its place without its assignment",
        (
            "groups.static.replaced",
            "groups.static.leader-replaced",
            "groups.static.leader-replaced.untold",
        ),
        swapped(f"{JOINING}:_renamed", unassigned),
    ),
    Miniature(
        "rebalances-for-who-comes-back",
        "begins a rebalance when a static member comes back",
        ("groups.static.replaced",),
        swapped(f"{JOINING}:selected_protocol", instead("")),
    ),
    Miniature(
        "remembers-first-words",
        "keeps to what a member said when it joined first, whatever it says later",
        ("groups.static.other-protocol", "groups.rejoin.follower-changed"),
        swapped(f"{JOINING}:_joining", as_it_said_first),
    ),
    Miniature(
        "has-leaders-assign-again",
        "does not tell a leader that comes back to skip the assignment",
        ("groups.static.leader-replaced",),
        tells("JoinGroup", "skip_assignment", always(value=False)),
    ),
    Miniature(
        "names-the-new-leader",
        "tells a leader that comes back that it leads, where it cannot be told to skip "
        "the assignment",
        ("groups.static.leader-replaced.untold",),
        swapped(f"{GROUPS}:on_replacement_stored", told_that_it_leads),
    ),
)
