"""What is promised of a classic group, and the specification that must keep it."""

from __future__ import annotations

from collections import Counter

from logion_model.group.rules import Rules
from logion_model.group.state import STRANGER, USURPER, Phase, Scope, State
from logion_model.group.world import World
from logion_model.kernel import Property, Spec


def one_owner(state: State) -> bool:
    """In one generation at most one client is told that it owns the partition."""
    owners = Counter(generation for generation, _ in state.told)
    return all(count == 1 for count in owners.values())


def owned(state: State) -> bool:
    """In a stable group the owner of the partition is a member."""
    group = state.group
    return group.phase is not Phase.STABLE or group.owner in group.ids


def absent_are_out(state: State) -> bool:
    """Whoever has not joined by the end of the join phase is in no generation."""
    return not state.group.absent


def generations_grow(state: State) -> bool:
    """The generation is the number of join phases that have ended."""
    return state.group.generation == state.phases


def leader_divides(state: State) -> bool:
    """Only the leader of this generation divides the work."""
    return USURPER not in state.misdeeds


def members_commit(state: State) -> bool:
    """Only a member of the present generation commits offsets for its group."""
    return STRANGER not in state.misdeeds


def offsets_stay(state: State) -> bool:
    """A committed offset is neither lost nor set back by an earlier owner."""
    return state.offset == state.furthest


def replaced_stay_out(state: State) -> bool:
    """An id that a static member has left behind in a stable group is no member's."""
    return not state.replaced & state.group.ids


def phases_end(state: State) -> bool:
    """A join phase is over once nobody is missing, unless it is the first."""
    group = state.group
    is_open = group.phase is Phase.PREPARING and not group.is_initial
    return not (is_open and group.have_all_joined)


ALWAYS: tuple[Property[State], ...] = (
    Property("one-owner", one_owner, "Kafka documentation, Consumers: one consumer"),
    Property("owned", owned, "KAFKA-9801: the leader's division is for members"),
    Property("absent-are-out", absent_are_out, "KIP-62: the rebalance timeout"),
    Property("generations-grow", generations_grow, "JoinGroup, GenerationId"),
    Property("leader-divides", leader_divides, "SyncGroup, Assignments"),
    Property("members-commit", members_commit, "OffsetCommit, GenerationId"),
    Property("offsets-stay", offsets_stay, "KIP-211: while the group lives"),
    Property("replaced-stay-out", replaced_stay_out, "KIP-345: fencing"),
    Property("phases-end", phases_end, "KIP-62; KAFKA-9752"),
)


def invariants(scope: Scope) -> tuple[Property[State], ...]:
    """Return what is promised to the members of a group, static and other ones."""

    def no_ghosts(state: State) -> bool:
        return all(
            it.id in state.used or it.id.life + 1 == state.given[it.id.seat]
            for it in state.group.members
            if it.id.seat < scope.dynamic
        )

    def newest_stay(state: State) -> bool:
        return not any(
            it.id.seat == used.seat and it.id.life < used.life
            for it in state.group.members
            if it.id.seat >= scope.dynamic
            for used in state.used
        )

    return (
        *ALWAYS,
        Property("no-ghosts", no_ghosts, "KIP-394: a client has used its id, or may"),
        Property("newest-stay", newest_stay, "KIP-345: the newest is not fenced"),
    )


SOMETIMES: tuple[Property[State], ...] = (
    Property(
        "somebody is told its work",
        lambda state: bool(state.told),
        "or a coordinator that refuses everybody would pass",
    ),
    Property(
        "a client that is out knows its id",
        lambda state: bool(state.used - state.group.ids),
        "or nobody would have to be fenced",
    ),
)

_ALWAYS = (
    "rejoin",
    "get_work",
    "divide",
    "commit",
    "commit_without_group",
    "leave",
    "expire_session",
    "end_join_phase",
    "expire_unsynced",
    "expire_offsets",
    "store",
    "fail_to_store",
)


def actions(rules: Rules, scope: Scope) -> tuple[str, ...]:
    """Return the names of the actions that these rules have at this scope."""
    first = ("join_first",) if scope.static or not rules.gives_ids_first else ()
    given = ("give_id", "join", "expire_id") if rules.gives_ids_first else ()
    is_shared = scope.dynamic + scope.static > 1
    waits = is_shared and rules.hears_leader_alone
    return (
        *_ALWAYS,
        *first,
        *(given if scope.dynamic else ()),
        *(("return", "return_otherwise") if scope.static and scope.lives > 1 else ()),
        *(("wait_for_work",) if waits else ()),
        *(("fail_over",) if scope.failovers else ()),
    )


def specification(rules: Rules, scope: Scope) -> Spec[State]:
    """Return a group whose coordinator has these rules, in a world of this size."""
    world = World(rules, scope)
    return Spec(
        name=rules.name,
        initial=(world.initial,),
        next=world.next_steps,
        actions=actions(rules, scope),
        invariants=invariants(scope),
        sometimes=SOMETIMES,
    )
