from __future__ import annotations

import pytest
from logion_model.catalogue import MODELS
from logion_model.kernel import explore
from logion_model.transaction.coordinator import (
    added,
    asked_to_end,
    marked,
    marker,
    timed_out,
    vouches,
)
from logion_model.transaction.partition import (
    Answer,
    Known,
    answer,
    fates,
    is_vouched,
    known,
    last_stable_offset,
    takes_marker,
)
from logion_model.transaction.promises import INVARIANTS
from logion_model.transaction.rules import (
    KAFKA_18575,
    KIP_98,
    KIP_890,
    STALE_COORDINATORS,
    WITHOUT_FENCING,
)
from logion_model.transaction.state import (
    Coordinator,
    End,
    Marker,
    Phase,
    Produce,
    Record,
    Result,
    State,
)

COMMIT, ABORT = Result.COMMIT, Result.ABORT
ONGOING = Coordinator(Phase.ONGOING, 3, frozenset({0}))
COMMITTED = Coordinator(Phase.COMPLETE_COMMIT, 4)


def test_partitions_are_added_by_the_newest_instance_once_markers_are_written() -> None:
    assert added(KIP_98, Coordinator(epoch=3), 3, 0) == ONGOING
    assert added(KIP_98, ONGOING, 2, 1) is None
    assert added(WITHOUT_FENCING, ONGOING, 2, 0) == ONGOING
    assert added(KIP_98, timed_out(ONGOING), 4, 1) is None


def test_a_coordinator_vouches_for_an_open_transaction_of_this_epoch_alone() -> None:
    assert vouches(KIP_98, ONGOING, 3, 0)
    assert not vouches(KIP_98, ONGOING, 2, 0)
    assert not vouches(KIP_98, ONGOING, 3, 1)
    assert not vouches(KIP_98, COMMITTED, 4, 0)


def test_an_end_is_decided_once_and_repeats_are_answered() -> None:
    ended = asked_to_end(KIP_98, ONGOING, End(3, 0, COMMIT))
    assert ended == ONGOING._replace(phase=Phase.PREPARE_COMMIT)
    assert asked_to_end(KIP_98, ended, End(3, 0, COMMIT)) is None
    assert marker(ended, 0) == Marker(3, 0, COMMIT, 0)
    done = marked(ended, 0)
    assert done.phase is Phase.COMPLETE_COMMIT
    assert asked_to_end(KIP_98, done, End(3, 0, COMMIT)) == done
    assert asked_to_end(KIP_98, done, End(3, 0, ABORT)) is None


def test_with_kip_890_each_end_takes_an_epoch_and_repeats_are_known_by_theirs() -> None:
    ended = asked_to_end(KIP_890, ONGOING, End(3, 0, COMMIT))
    assert ended == ONGOING._replace(phase=Phase.PREPARE_COMMIT, epoch=4)
    assert asked_to_end(KIP_890, COMMITTED, End(3, 0, COMMIT)) == COMMITTED
    assert asked_to_end(KIP_890, COMMITTED, End(3, 0, ABORT)) is None
    assert asked_to_end(KIP_890, COMMITTED, End(2, 0, COMMIT)) is None
    aborted = Coordinator(Phase.COMPLETE_ABORT, 5)
    assert asked_to_end(KIP_890, COMMITTED, End(4, 0, ABORT)) == aborted


R0, R1 = Record(0, 0, 0), Record(0, 1, 1)
C0, A1 = Marker(0, 0, COMMIT, 0), Marker(1, 2, ABORT, 0)


def test_a_leader_knows_the_producer_from_its_log() -> None:
    assert known(()) == Known()
    assert known((R0, R1)) == Known(0, -1, 1, open_epoch=0)
    assert known((R0, C0)) == Known(0, 0, 0)
    assert known((R0, A1)) == Known(1, 2, -1)
    assert known((R0, A1), since=2) == Known()


@pytest.mark.parametrize(
    ("epoch", "sequence", "expected"),
    [
        (2, 5, Answer.APPEND),
        (2, 4, Answer.REPEAT),
        (2, 6, Answer.REFUSE),
        (1, 5, Answer.REFUSE),
        (3, 0, Answer.APPEND),
        (3, 1, Answer.REFUSE),
    ],
)
def test_a_leader_appends_what_comes_next_in_its_epoch(
    epoch: int, sequence: int, expected: Answer
) -> None:
    producer = Known(epoch=2, sequence=4)
    assert answer(KIP_98, producer, Produce(epoch, 0, 0, sequence)) is expected


def test_an_open_transaction_speaks_for_its_own_epoch() -> None:
    producer = Known(2, 0, 4, open_epoch=2)
    assert is_vouched(KIP_890, producer, Produce(2, 0, 0, 5))
    assert not is_vouched(KIP_890, producer, Produce(3, 1, 0, 0))
    assert is_vouched(KAFKA_18575, producer, Produce(3, 1, 0, 0))


def test_markers_of_earlier_epochs_and_coordinators_are_refused() -> None:
    producer = Known(epoch=2, coordinator_epoch=1)
    assert takes_marker(KIP_98, producer, Marker(2, 1, COMMIT, 0))
    assert not takes_marker(KIP_98, producer, Marker(1, 1, COMMIT, 0))
    assert not takes_marker(KIP_98, producer, Marker(2, 0, COMMIT, 0))
    assert takes_marker(STALE_COORDINATORS, producer, Marker(2, 0, COMMIT, 0))


def test_the_marker_after_a_record_says_what_became_of_it() -> None:
    assert list(fates((R0, C0, R1))) == [(R1, None), (R0, COMMIT)]
    assert last_stable_offset((R0, C0, R1)) == 2
    assert last_stable_offset((R0, A1)) == 2


@pytest.mark.parametrize(
    ("promise", "state"),
    [
        (
            "committed-stays",
            State(
                ((R0, A1),),
                produces=frozenset({Produce(0, 0, 0, 0)}),
                committed=frozenset({0}),
            ),
        ),
        ("aborted-stays-hidden", State(((R0, C0),))),
        ("all-or-none", State(((R0, C0), (R0, A1)))),
        ("nothing-hangs", State(((R0,),), Coordinator(Phase.COMPLETE_ABORT, 0))),
        ("fenced", State(((A1, R0),))),
        (
            "ends-come",
            State(((A1,),), Coordinator(Phase.PREPARE_ABORT, 0, frozenset({0}))),
        ),
    ],
)
def test_each_promise_is_broken_by_a_state_that_breaks_it(
    promise: str, state: State
) -> None:
    by_name = {invariant.name: invariant for invariant in INVARIANTS}
    assert not by_name[promise].holds(state)
    assert by_name[promise].holds(State(((),)))


def test_a_late_end_of_one_transaction_ends_the_next() -> None:
    spec = MODELS["transactions-kip-890-part-1"].at((1, 2, 1, 2, 0, 0))
    found = explore(spec, invariants=["aborted-stays-hidden"]).violation
    assert found is not None
    actions = [str(step.action) for step in found.steps[1:]]
    assert actions[-3:] == [
        "append(0, 1, 0, 1)",
        "receive_end(0, 0, commit)",
        "write_marker(0, 0, commit, 0)",
    ]
