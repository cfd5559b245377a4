from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest
import trio
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from logion.group import classic_groups, committing
from logion.group.cell import Call, GroupCell
from logion.group.classic import phases
from logion.group.classic.state import ClassicGroup
from logion.group.classic.steps import Step, Sync
from logion.group.offsets import Retention
from logion.group.replay import Replay
from logion.group.rules import Instant
from logion.protocol.errors import Error
from logion_harness.group_clients import OWNS, History
from logion_harness.group_play import Act, Move, stage

from tests.effort import examples

DYNAMIC, STATIC = 2, 1
SEATS = DYNAMIC + STATIC

USUAL = (Act.GO_ON, Act.GO_ON, Act.GO_ON, Act.GO_ON, Act.WAIT)
"""What happens most of the time."""

MOVES = st.builds(
    Move,
    st.sampled_from([*Act, *USUAL * 9]),
    st.integers(0, SEATS - 1),
    st.integers(0, 3),
)
PROGRAMS = st.lists(MOVES, min_size=10, max_size=40)
"""What happens to a group at work."""

JOINED = [
    *(Move(Act.GO_ON, seat) for seat in range(SEATS)),
    *(Move(Act.WAIT, choice=1), Move(Act.WAIT, choice=1)),
]
WORK = [
    *JOINED,
    *(Move(Act.GO_ON, seat, 1) for seat in range(SEATS)),
    *(Move(Act.GO_ON, seat, 1) for seat in range(SEATS)),
]
"""All join, the second gets the partition and commits."""

SETTINGS = settings(
    max_examples=examples(100),
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
"""The same programs in every run of as many."""

UNSHRUNK = settings(SETTINGS, max_examples=1000, phases=[Phase.generate])
"""Whether a bug is caught matters here, not its shortest program."""

Plant = Callable[[pytest.MonkeyPatch], None]


def played(program: Sequence[Move]) -> History:
    """Return what clients were told in a program."""
    played_on = stage(DYNAMIC, STATIC)
    trio.run(played_on.play, program)
    return played_on.history


def search(options: settings) -> set[tuple[str, Error]]:
    """Return the answers that clients had; AssertionError if a promise was broken."""
    answers = set()

    @options
    @given(PROGRAMS)
    def hold(program: list[Move]) -> None:
        history = played([*WORK, *program])
        answers.update(history.answers)
        assert not history.wrong, history.wrong

    hold()
    return answers


EXPECTED = {
    *((request, Error.NONE) for request in ("join", "sync", "heartbeat", "leave")),
    ("commit", Error.NONE),
    ("join", Error.MEMBER_ID_REQUIRED),
    ("sync", Error.REBALANCE_IN_PROGRESS),
    ("heartbeat", Error.REBALANCE_IN_PROGRESS),
    ("heartbeat", Error.ILLEGAL_GENERATION),
    ("heartbeat", Error.FENCED_INSTANCE_ID),
    ("commit", Error.UNKNOWN_MEMBER_ID),
    ("sync late", Error.UNKNOWN_MEMBER_ID),
}
"""Answers without which the programs would have shown little."""


@pytest.mark.world
def test_what_clients_are_told_keeps_the_promises_of_the_model() -> None:
    answers = search(SETTINGS)
    assert answers >= EXPECTED, EXPECTED - answers


@pytest.mark.parametrize("end", [Act.RESTART, Act.KILL])
def test_a_group_goes_on_after_the_broker(end: Act) -> None:
    history = played([*WORK, Move(end), Move(Act.HEARTBEAT, 1), Move(Act.COMMIT, 1)])
    assert not history.wrong
    assert history.told == {(1, 1)}
    assert history.furthest == 1
    assert ("heartbeat", Error.NONE) in history.answers


def test_the_process_before_of_a_static_member_commits_no_more() -> None:
    work = [Move(Act.SYNC, seat, DYNAMIC) for seat in range(SEATS)]
    again = [Move(Act.BEGIN_ANEW, DYNAMIC), Move(Act.JOIN, DYNAMIC)]
    late = [Move(Act.COMMIT, DYNAMIC), Move(Act.COMMIT_LATE, DYNAMIC)]
    history = played([*JOINED, *work, *again, *late])
    assert not history.wrong
    assert history.told == {(1, DYNAMIC)}
    assert ("commit", Error.NONE) in history.answers
    assert ("commit late", Error.FENCED_INSTANCE_ID) in history.answers


def test_without_members_anybody_may_commit() -> None:
    silence = [Move(Act.WAIT, choice=3)] * 3
    history = played([Move(Act.COMMIT_ALONE), *WORK, Move(Act.COMMIT_ALONE), *silence])
    assert not history.wrong
    assert ("commit alone", Error.NONE) in history.answers
    assert ("commit alone", Error.UNKNOWN_MEMBER_ID) in history.answers


def test_the_same_program_gives_the_same_history() -> None:
    program = [*WORK, Move(Act.LEAVE, 2), Move(Act.WAIT, choice=3), *WORK]
    assert played(program) == played(program)


def test_offsets_are_forgotten_with_their_group() -> None:
    history = played([*WORK, Move(Act.FORGET), Move(Act.FORGET)])
    assert not history.wrong
    assert (history.furthest, history.told) == (0, set())


def commits_unfenced(patch: pytest.MonkeyPatch) -> None:
    """Whoever commits is believed."""
    patch.setattr(committing, "on_commit", lambda group, *_: Step(group))


def offsets_lost_in_a_restart(patch: pytest.MonkeyPatch) -> None:
    """A coordinator that starts finds groups and no offsets."""
    patch.setattr(Replay, "_commit", lambda *_: None)


def offsets_expire_by_their_age(patch: pytest.MonkeyPatch) -> None:
    """Nobody asks since when the group has been empty (KIP-211)."""
    patch.setattr(
        committing, "_retention", lambda _, duration_ms: Retention(duration_ms)
    )


def everybody_gets_what_it_claims(patch: pytest.MonkeyPatch) -> None:
    """A member's own division is believed where the leader's was taken."""
    on_sync = classic_groups.on_sync

    def on_any_sync(group: ClassicGroup, sync: Sync, now: Instant) -> Step:
        step = on_sync(group, sync, now)
        if step.sync is None or step.sync.error is not Error.NONE:
            return step
        return step._replace(sync=replace(step.sync, assignment=OWNS))

    patch.setattr(classic_groups, "on_sync", on_any_sync)


def generations_begin_with_the_same_number(patch: pytest.MonkeyPatch) -> None:
    """A join phase ends and the generation is the one before."""
    begin = phases._begin_generation

    def begin_the_same(group: ClassicGroup, now: Instant) -> Step:
        return begin(replace(group, generation=max(group.generation - 1, 0)), now)

    patch.setattr(phases, "_begin_generation", begin_the_same)


def members_wait_for_ever(patch: pytest.MonkeyPatch) -> None:
    """Nobody hears that a join phase has begun anew."""
    answer = GroupCell.answer

    def answer_joins(cell: GroupCell, call: Call, member_id: str, it: object) -> None:
        if call is Call.JOIN:
            answer(cell, call, member_id, it)

    patch.setattr(GroupCell, "answer", answer_joins)


PLANTED = (
    commits_unfenced,
    offsets_lost_in_a_restart,
    offsets_expire_by_their_age,
    everybody_gets_what_it_claims,
    generations_begin_with_the_same_number,
    members_wait_for_ever,
)


@pytest.mark.world
@pytest.mark.parametrize("plant", PLANTED)
def test_a_planted_bug_is_caught_by_a_program(
    plant: Plant, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(monkeypatch)
    with pytest.raises(AssertionError):
        search(UNSHRUNK)
