from __future__ import annotations

from dataclasses import fields

import pytest
from logion_model.group.coordinator import Change, Coordinator, Standing, loaded
from logion_model.group.promises import invariants, specification
from logion_model.group.rules import CLASSIC, VARIANTS
from logion_model.group.state import (
    STRANGER,
    USURPER,
    Group,
    Id,
    Member,
    Phase,
    Record,
    Scope,
    State,
    Waits,
    Write,
)
from logion_model.kernel import Property, explore

A, A1, B, S0, S1 = Id(0, 0), Id(0, 1), Id(1, 0), Id(2, 0), Id(2, 1)
"""Two dynamic members, one of them twice, and two lives of a static one."""

RULES = Coordinator(CLASSIC, dynamic=2)
STABLE = Group(Phase.STABLE, 3, (Member(A), Member(B), Member(S1)), leader=A, owner=B)


def groups(changes: object) -> list[Group]:
    assert hasattr(changes, "__iter__")
    return [change.group for change in changes]


def only(changes: object) -> Change:
    assert hasattr(changes, "__iter__")
    (change,) = changes
    assert isinstance(change, Change)
    return change


@pytest.mark.parametrize(
    ("who", "generation", "standing"),
    [
        (A, 3, Standing.MEMBER),
        (A, 2, Standing.STALE),
        (A1, 3, Standing.UNKNOWN),
        (S1, 3, Standing.MEMBER),
        (S0, 3, Standing.FENCED),
        (S0, 2, Standing.FENCED),
    ],
)
def test_an_id_and_a_generation_say_what_somebody_is(
    who: Id, generation: int, standing: Standing
) -> None:
    assert RULES.standing(STABLE, who, generation) is standing


@pytest.mark.parametrize("phase", Phase)
def test_a_member_commits_in_every_phase_but_while_the_leader_divides(
    phase: Phase,
) -> None:
    group = STABLE._replace(phase=phase)
    assert RULES.takes_commit(group, A, 3) == (phase is not Phase.COMPLETING)
    assert not RULES.takes_commit(group, A, 2)
    assert not RULES.takes_commit(group, A1, 3)


@pytest.mark.parametrize("phase", Phase)
def test_work_is_asked_for_in_a_generation_alone(phase: Phase) -> None:
    in_a_generation = (Phase.COMPLETING, Phase.STABLE)
    group = STABLE._replace(phase=phase)
    assert RULES.takes_sync(group, A, 3) == (phase in in_a_generation)


def test_a_join_phase_ends_when_the_last_member_has_joined() -> None:
    waiting = (Member(A, Waits.JOIN), Member(B))
    group = Group(Phase.PREPARING, 3, waiting)
    assert groups(RULES.rejoined(group, Member(A, Waits.JOIN))) == [group]
    ended = list(RULES.rejoined(group, Member(B)))
    assert [change.group.leader for change in ended] == [A, B]
    assert all(change.ends_phase for change in ended)
    assert {change.group.generation for change in ended} == {4}


def test_an_id_that_was_given_out_is_waited_for() -> None:
    group = Group(Phase.PREPARING, 3, (Member(A),), frozenset({B}))
    assert groups(RULES.rejoined(group, Member(A)))[0].phase is Phase.PREPARING
    after = only(RULES.removed(group.with_member(Member(A, Waits.JOIN)), B))
    assert after.group.phase is Phase.COMPLETING


def test_the_first_join_phase_lasts_its_time() -> None:
    after = only(RULES.added(Group(), A)).group
    assert (after.phase, after.is_initial) == (Phase.PREPARING, True)
    assert only(RULES.rejoined(after, Member(A, Waits.FIRST_JOIN))).group == after


def test_whoever_is_absent_is_out_unless_it_is_static() -> None:
    members = (Member(A, Waits.JOIN), Member(B), Member(S1))
    ended = only(RULES.ended(Group(Phase.PREPARING, 3, members))).group
    assert ended.ids == {A, S1}
    assert ended.leader == A


def test_a_join_phase_goes_on_while_only_absent_static_members_are_left() -> None:
    group = Group(Phase.PREPARING, 3, (Member(A), Member(S1)))
    assert only(RULES.ended(group)) == Change(group.without(A))


def test_a_group_that_nobody_joins_is_empty_and_written_down() -> None:
    ended = only(RULES.ended(Group(Phase.PREPARING, 3, (Member(A),))))
    assert ended.group == Group(generation=4)
    assert ended.write == Write(Record(generation=4))


def test_a_static_member_that_comes_back_disturbs_no_stable_group() -> None:
    back = Id(2, 2)
    after = only(RULES.returned(STABLE, Member(S1), back))
    assert after.group.phase is Phase.STABLE
    assert after.write == Write(Record(3, frozenset({A, B, back}), A, B), S1, back)
    refused = only(RULES.failed(after.group, after.write))
    assert refused.group == STABLE


def test_a_static_member_that_comes_back_while_the_leader_divides_disturbs_all() -> (
    None
):
    group = STABLE._replace(phase=Phase.COMPLETING, owner=None)
    after = only(RULES.returned(group, Member(S1), Id(2, 2))).group
    assert after.phase is Phase.PREPARING


def test_a_division_that_could_not_be_written_is_made_again() -> None:
    waiting = (Member(A, Waits.SYNC), Member(B))
    group = Group(Phase.COMPLETING, 3, waiting, leader=A)
    write = Write(Record(3, frozenset({A, B}), A, B))
    after = only(RULES.failed(group, write)).group
    assert after == Group(Phase.PREPARING, 3, (Member(A), Member(B)))
    assert only(RULES.failed(STABLE, write)).group == STABLE


def test_a_coordinator_that_starts_finds_members_that_wait_for_nothing() -> None:
    record = Record(3, frozenset({A, B}), A, B)
    members = (Member(A), Member(B))
    assert loaded(record) == Group(Phase.STABLE, 3, members, leader=A, owner=B)
    assert loaded(Record()) == Group()


BROKEN = {
    "one-owner": State((1, 1), told=frozenset({(1, 0), (1, 1)})),
    "owned": State((1, 1), STABLE._replace(owner=A1)),
    "absent-are-out": State((1, 1), Group(absent=frozenset({A}))),
    "generations-grow": State((1, 1), Group(generation=1), phases=2),
    "leader-divides": State((1, 1), misdeeds=frozenset({USURPER})),
    "members-commit": State((1, 1), misdeeds=frozenset({STRANGER})),
    "offsets-stay": State((1, 1), offset=1, furthest=2),
    "no-ghosts": State((2, 1), Group(members=(Member(A),))),
    "replaced-stay-out": State(
        (1, 1, 2), Group(members=(Member(S0),)), replaced=frozenset({S0})
    ),
    "newest-stay": State((1, 1, 2), Group(members=(Member(S0),)), used=frozenset({S1})),
    "phases-end": State((1, 1), Group(Phase.PREPARING)),
}


@pytest.mark.parametrize("promise", invariants(Scope(2, 1, 2, 1, 1, 0)))
def test_each_promise_is_broken_by_a_state_that_breaks_it(
    promise: Property[State],
) -> None:
    assert not promise.holds(BROKEN[promise.name])
    assert promise.holds(State((1, 1), STABLE, phases=3))


def test_each_variant_leaves_out_one_thing() -> None:
    switches = [field.name for field in fields(CLASSIC) if field.default is True]
    for rules in VARIANTS[1:]:
        assert sum(not getattr(rules, switch) for switch in switches) == 1
    assert len(switches) == len(VARIANTS) - 1


def counterexample(name: str, scope: Scope, promise: str) -> list[str]:
    rules = next(it for it in VARIANTS if it.name == name)
    found = explore(specification(rules, scope), invariants=[promise]).violation
    assert found is not None
    return [str(step.action) for step in found.steps[1:]]


def test_a_static_member_may_come_back_to_no_work() -> None:
    scope = Scope(0, 1, 2, 1, 1, 0)
    assert counterexample("group-kafka-9801", scope, "owned") == [
        "join_first(0, 0)",
        "end_join_phase()",
        "return(0, 1)",
        "divide(0, 1, 0)",
        "store()",
    ]


def test_a_failover_may_bring_an_id_back_that_a_static_member_has_left() -> None:
    scope = Scope(0, 1, 2, 2, 1, 1)
    assert counterexample("group-classic", scope, "newest-stay")[-3:] == [
        "return_otherwise(0, 1)",
        "divide(0, 1, 0)",
        "fail_over(0)",
    ]
