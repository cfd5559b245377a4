from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache

import pytest
from logion.group import records
from logion.group.classic import joining, membership, phases, syncing, timing
from logion.group.classic.state import ClassicGroup, Member, State
from logion.group.classic.steps import AnswerSync, Sender, Step, Sync
from logion.group.rules import GroupRules, Instant
from logion.protocol.errors import Error
from logion_harness import group_rig
from logion_harness.group_refinement import Refinement
from logion_harness.group_rig import NOW, Client, World, loaded, pending, seen, written
from logion_model.group import world as model
from logion_model.group.promises import specification
from logion_model.group.rules import CLASSIC
from logion_model.group.state import Group, Id, Phase, Scope, Waits
from logion_model.group.state import Member as ModelMember
from logion_model.kernel import Report, explore

JUDGED = ["is the model's", "is timed"]

TWO = Scope(dynamic=2, static=0, lives=1, generations=2, writes=1, failovers=0)
STATIC = Scope(dynamic=0, static=1, lives=2, generations=2, writes=2, failovers=1)
BOTH = Scope(dynamic=1, static=1, lives=2, generations=1, writes=2, failovers=0)
STATICS = Scope(dynamic=0, static=2, lives=2, generations=1, writes=2, failovers=0)
FAILOVER = Scope(dynamic=2, static=0, lives=1, generations=1, writes=2, failovers=1)

Plant = Callable[[pytest.MonkeyPatch], None]


@cache
def visited(scope: Scope) -> Report[World]:
    return explore(Refinement(scope).spec, invariants=JUDGED)


@pytest.mark.world
@pytest.mark.parametrize("scope", [TWO, STATIC, BOTH, FAILOVER], ids=str)
def test_every_step_of_a_group_is_a_step_of_the_model(scope: Scope) -> None:
    found = visited(scope)
    assert found.violation is None, str(found.violation)
    assert found.complete


@pytest.mark.world
def test_every_action_of_the_model_is_taken_by_the_code() -> None:
    assert visited(TWO).never_taken == ()
    assert visited(STATIC).never_taken == ()


@pytest.mark.world
def test_the_code_keeps_what_is_promised_of_groups() -> None:
    found = explore(Refinement(FAILOVER).spec)
    assert found.violation is None, str(found.violation)


def test_the_code_forgets_a_new_id_in_a_failover_as_soon_as_the_model_does() -> None:
    judged = ["newest-stay"]
    in_code = explore(Refinement(STATIC).spec, invariants=judged).violation
    specified = explore(specification(CLASSIC, STATIC), invariants=judged).violation
    assert in_code is not None
    assert specified is not None
    assert in_code.length == specified.length


A, B = Id(0, 0), Id(1, 0)


def test_a_group_is_seen_as_the_models() -> None:
    members = {
        written(A): Member(written(A), None, "", "", 1, 1, (), b"\x01", is_new=True),
        written(B): Member(written(B), None, "", "", 1, 1, (), is_joining=True),
    }
    group = ClassicGroup("group", State.STABLE, 0, 3, leader=written(A))
    group = replace(group, members=members, pending={"0.1": 5})
    assert seen(group) == Group(
        Phase.STABLE,
        3,
        (ModelMember(A), ModelMember(B, Waits.JOIN)),
        frozenset({Id(0, 1)}),
        leader=A,
        owner=A,
    )


def test_a_coordinator_finds_what_was_written() -> None:
    joined = joining.on_join(
        ClassicGroup("group"), Client(A, is_static=True).join(), GroupRules(), NOW
    )
    assert joined.join is not None
    assert joined.join.error is Error.UNKNOWN_MEMBER_ID
    first = Client(A, is_static=True).first_join()
    group = joining.on_join(ClassicGroup("group"), first, GroupRules(), NOW).group
    group = phases.complete_join(group, GroupRules(), NOW).group
    sync = Client(A, is_static=True).sync(1, A)
    step = syncing.on_sync(group, sync, NOW)
    write = pending(step.group, step.effects[0])
    assert write is not None
    found = seen(loaded(write.value))
    assert (found.phase, found.generation, found.owner) == (Phase.STABLE, 1, A)
    assert loaded(None) == ClassicGroup("group")
    assert pending(step.group, AnswerSync("", syncing.SyncAnswer(Error.NONE))) is None


def test_worlds_are_told_apart_by_what_the_model_does_not_see() -> None:
    state = model.World(CLASSIC, TWO).initial
    world = World(state)
    assert world == World(state)
    assert world != World(state, ClassicGroup("group", leader="x"))
    assert world != state


def generations_not_fenced(patch: pytest.MonkeyPatch) -> None:
    """Whoever is a member may say any generation."""

    def of_any_generation(group: ClassicGroup, sender: Sender) -> Error:
        return membership.membership_error(group, sender.member_id, sender.instance_id)

    patch.setattr(membership, "sender_error", of_any_generation)
    patch.setattr(syncing, "sender_error", of_any_generation)


def generation_used_again(patch: pytest.MonkeyPatch) -> None:
    """A join phase ends and the generation is the one before."""
    begin = phases._begin_generation

    def begin_the_same(group: ClassicGroup, now: Instant) -> Step:
        return begin(replace(group, generation=max(group.generation - 1, 0)), now)

    patch.setattr(phases, "_begin_generation", begin_the_same)


def absent_members_kept(patch: pytest.MonkeyPatch) -> None:
    """Whoever has not joined again stays, as if it were static."""
    complete = phases.complete_join

    def complete_with_all(group: ClassicGroup, rules: GroupRules, now: Instant) -> Step:
        members = {
            it.id: it if it.is_joining else replace(it, instance_id=it.id)
            for it in group.members.values()
        }
        return complete(replace(group, members=members), rules, now)

    patch.setattr(phases, "complete_join", complete_with_all)


def followers_divide(patch: pytest.MonkeyPatch) -> None:
    """The division of whoever syncs is taken."""
    on_sync = syncing.on_sync

    def on_any_sync(group: ClassicGroup, sync: Sync, now: Instant) -> Step:
        step = on_sync(replace(group, leader=sync.member_id), sync, now)
        return step._replace(group=replace(step.group, leader=group.leader))

    patch.setattr(syncing, "on_sync", on_any_sync)


def given_ids_never_expire(patch: pytest.MonkeyPatch) -> None:
    """A client that was told an id and never joined is waited for."""
    deadlines = timing._deadlines
    patch.setattr(
        timing,
        "_deadlines",
        lambda group, rules: deadlines(replace(group, pending={}), rules),
    )


def new_members_waited_for(patch: pytest.MonkeyPatch) -> None:
    """A first JoinGroup may wait as long as it takes."""
    patch.setattr(
        Member, "is_timed", property(lambda it: not (it.is_joining or it.is_syncing))
    )


def sessions_end_while_members_wait(patch: pytest.MonkeyPatch) -> None:
    """A member is given up while its request waits for others."""
    patch.setattr(Member, "is_timed", property(lambda _: True))


def earlier_processes_unfenced(patch: pytest.MonkeyPatch) -> None:
    """A static member's earlier process is told to join anew, and takes turns."""

    def error(group: ClassicGroup, member_id: str, _: str | None) -> Error:
        is_member = member_id in group.members
        return Error.NONE if is_member else Error.UNKNOWN_MEMBER_ID

    patch.setattr(membership, "membership_error", error)
    patch.setattr(joining, "membership_error", error)


def earlier_processes_wait_on(patch: pytest.MonkeyPatch) -> None:
    """A static member's earlier process waits for an answer that never comes."""
    patch.setattr(joining, "_fence", lambda _: ())


def commits_taken_while_the_leader_divides(patch: pytest.MonkeyPatch) -> None:
    """A member commits before it knows its work."""
    on_commit = membership.on_commit

    def on_any_commit(
        group: ClassicGroup, sender: Sender, rules: GroupRules, now: Instant
    ) -> Step:
        if group.state is not State.COMPLETING:
            return on_commit(group, sender, rules, now)
        step = on_commit(replace(group, state=State.STABLE), sender, rules, now)
        return step._replace(group=replace(step.group, state=State.COMPLETING))

    patch.setattr(membership, "on_commit", on_any_commit)


def heartbeats_go_unnoticed(patch: pytest.MonkeyPatch) -> None:
    """A session ends although its member lives."""
    patch.setattr(membership, "heard_from", lambda group, _, __: group)


def removals_end_no_join_phase(patch: pytest.MonkeyPatch) -> None:
    """The join phase waits for a member that was removed (KAFKA-9752)."""
    rebalance = phases.rebalance

    def wait_on(group: ClassicGroup, rules: GroupRules, now: Instant) -> Step:
        is_open = group.state is State.PREPARING
        return Step(group) if is_open else rebalance(group, rules, now)

    patch.setattr(phases, "rebalance", wait_on)


def waits_of_members_that_leave_forgotten(patch: pytest.MonkeyPatch) -> None:
    """Who leaves is not told that its SyncGroup will not be answered."""
    remove = phases.remove_member

    def remove_silently(
        group: ClassicGroup, member: Member, rules: GroupRules, now: Instant
    ) -> Step:
        return remove(group, replace(member, is_syncing=False), rules, now)

    patch.setattr(membership, "remove_member", remove_silently)


def work_told_before_it_is_written(patch: pytest.MonkeyPatch) -> None:
    """The leader has its work at once."""
    on_sync = syncing.on_sync

    def on_sync_at_once(group: ClassicGroup, sync: Sync, now: Instant) -> Step:
        step = on_sync(group, sync, now)
        if not step.effects:
            return step
        part = sync.assignments.get(sync.member_id, b"")
        return step._replace(sync=syncing.SyncAnswer(Error.NONE, part))

    patch.setattr(syncing, "on_sync", on_sync_at_once)


def a_failed_write_takes_everything_back(patch: pytest.MonkeyPatch) -> None:
    """What others did meanwhile is undone with the return of a static member."""
    patch.setattr(joining, "_restored", lambda _, old, __: old)


def nobody_is_waited_for(patch: pytest.MonkeyPatch) -> None:
    """The time to sync goes on when the last one missing has been replaced."""

    def synced(group: ClassicGroup, member_id: str) -> ClassicGroup:
        return replace(group, unsynced=group.unsynced - {member_id})

    patch.setattr(ClassicGroup, "synced", synced)


def returns_while_the_leader_divides_go_unnoticed(patch: pytest.MonkeyPatch) -> None:
    """A static member that comes back then gets no work (KAFKA-9801)."""
    prepare = joining.prepare_rebalance

    def stay(group: ClassicGroup, rules: GroupRules, now: Instant) -> Step:
        if group.state is State.COMPLETING:
            return Step(group)
        return prepare(group, rules, now)

    patch.setattr(joining, "prepare_rebalance", stay)


def work_not_written_down(patch: pytest.MonkeyPatch) -> None:
    """A coordinator that takes over knows the members and not their work."""

    def group_value(group: ClassicGroup, _: Mapping[str, bytes], version: int) -> bytes:
        return records.group_value(group, {}, version)

    patch.setattr(group_rig, "group_value", group_value)


PLANTED = (
    (generations_not_fenced, TWO),
    (generation_used_again, TWO),
    (absent_members_kept, TWO),
    (followers_divide, TWO),
    (given_ids_never_expire, TWO),
    (new_members_waited_for, TWO),
    (sessions_end_while_members_wait, TWO),
    (earlier_processes_unfenced, STATIC),
    (earlier_processes_wait_on, STATIC),
    (commits_taken_while_the_leader_divides, TWO),
    (heartbeats_go_unnoticed, TWO),
    (removals_end_no_join_phase, TWO),
    (waits_of_members_that_leave_forgotten, TWO),
    (work_told_before_it_is_written, TWO),
    (a_failed_write_takes_everything_back, BOTH),
    (nobody_is_waited_for, STATICS),
    (returns_while_the_leader_divides_go_unnoticed, STATIC),
    (work_not_written_down, FAILOVER),
)


@pytest.mark.world
@pytest.mark.parametrize(("plant", "scope"), PLANTED)
def test_a_planted_bug_is_caught_by_a_step_that_is_not_the_models(
    plant: Plant, scope: Scope, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(monkeypatch)
    assert explore(Refinement(scope).spec, invariants=JUDGED).violation
