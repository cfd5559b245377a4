from __future__ import annotations

from itertools import product

import pytest
from logion.names import TopicPartition
from logion.protocol.errors import ApiError, Error
from logion.transaction.ending import (
    ABORT,
    COMMIT,
    ENDS,
    ENDS_OF_EPOCHS,
    NEW,
    End,
    Outcome,
    completed,
    fence,
    needs_id,
    outcome,
    prepared,
)
from logion.transaction.rules import TransactionRules
from logion.transaction.state import TRANSITIONS, Claim, State, Transaction

RULES = TransactionRules()
OLD = TransactionRules(version=0, fenced=Error.INVALID_PRODUCER_EPOCH)
KNOWN = Transaction("tx", producer_id=7, timeout_ms=1, updated_ms=50, epoch=3)
T0 = TopicPartition("t", 0)
OPEN = KNOWN._replace(state=State.ONGOING, partitions=frozenset({T0}), started_ms=40)


def end_of(epoch: int, *, commit: bool, version: int = 0, producer_id: int = 7) -> End:
    """Return the end that a producer of some epoch asks for."""
    return End(Claim("tx", producer_id, epoch), commit, version)


def refusal_of(
    known: Transaction, end: End, rules: TransactionRules = RULES
) -> ApiError:
    """Return why an end leads to nothing."""
    with pytest.raises(ApiError) as refusal:
        outcome(known, end, rules)
    return refusal.value


def refused(known: Transaction, end: End, rules: TransactionRules = RULES) -> Error:
    """Return the error of an end that leads to nothing."""
    return refusal_of(known, end, rules).error


def test_the_tables_say_something_of_every_state_and_end() -> None:
    assert set(ENDS) == set(product(TRANSITIONS, (COMMIT, ABORT)))
    named = {(state, is_commit) for state, is_commit, _ in ENDS_OF_EPOCHS}
    assert named == set(ENDS)


def test_what_a_table_prepares_the_state_machine_allows() -> None:
    for (state, is_commit), found in ENDS.items():
        if found is Outcome.PREPARE:
            after = State.PREPARE_COMMIT if is_commit else State.PREPARE_ABORT
            assert after in TRANSITIONS[state]
    for (state, is_commit, is_again), found in ENDS_OF_EPOCHS.items():
        if found is Outcome.PREPARE:
            assert is_again is NEW
            after = State.PREPARE_COMMIT if is_commit else State.PREPARE_ABORT
            assert after in TRANSITIONS[state]


@pytest.mark.parametrize("commit", [True, False])
def test_an_open_transaction_ends_and_keeps_its_epoch(commit: bool) -> None:
    end = end_of(3, commit=commit)
    assert outcome(OPEN, end, RULES) is Outcome.PREPARE
    after = prepared(OPEN, end, -1, 60)
    assert after.state is (State.PREPARE_COMMIT if commit else State.PREPARE_ABORT)
    assert (after.epoch, after.client_version) == (3, 0)
    assert (after.partitions, after.started_ms) == ({T0}, 40)
    done = completed(after, 70)
    assert done.state is (State.COMPLETE_COMMIT if commit else State.COMPLETE_ABORT)
    assert (done.partitions, done.producer_id, done.epoch) == (frozenset(), 7, 3)
    assert outcome(done, end, RULES) is Outcome.DONE


@pytest.mark.parametrize("commit", [True, False])
def test_every_end_takes_an_epoch(commit: bool) -> None:
    end = end_of(3, commit=commit, version=2)
    assert outcome(OPEN, end, RULES) is Outcome.PREPARE
    after = prepared(OPEN, end, -1, 60)
    assert (after.epoch, after.last_epoch, after.client_version) == (4, 3, 2)
    assert outcome(after, end, RULES) is Outcome.WAIT
    done = completed(after, 70)
    assert (done.producer_id, done.epoch) == (7, 4)
    assert outcome(done, end, RULES) is Outcome.DONE
    other = end_of(3, commit=not commit, version=2)
    assert outcome(done, other, RULES) is Outcome.WRONG


@pytest.mark.parametrize(("rules", "last_epoch"), [(OLD, 2), (RULES, 3)])
def test_an_end_that_takes_no_epoch_leaves_the_one_before_as_it_was(
    rules: TransactionRules, last_epoch: int
) -> None:
    end = end_of(3, commit=True, version=rules.version)
    after = prepared(OPEN._replace(last_epoch=2), end, -1, 60)
    assert after.last_epoch == last_epoch


def test_every_step_notes_its_time() -> None:
    after = prepared(OPEN, end_of(3, commit=True), -1, 60)
    assert (after.updated_ms, completed(after, 70).updated_ms) == (60, 70)
    assert fence(OPEN, RULES, None, 80).updated_ms == 80


def test_a_new_end_while_the_last_is_under_way_is_fenced() -> None:
    after = prepared(OPEN, end_of(3, commit=True, version=2), -1, 60)
    refusal = refusal_of(after, end_of(4, commit=True, version=2))
    assert refusal.error is Error.PRODUCER_FENCED
    assert refusal.message == "epoch 4 in PrepareCommit of epoch 4"


@pytest.mark.parametrize(
    "state", [State.EMPTY, State.COMPLETE_COMMIT, State.COMPLETE_ABORT]
)
def test_what_may_not_have_begun_can_be_aborted_but_not_committed(state: State) -> None:
    known = KNOWN._replace(state=state)
    abort = end_of(3, commit=False, version=2)
    assert outcome(known, abort, RULES) is Outcome.PREPARE
    after = prepared(known, abort, -1, 60)
    assert (after.state, after.epoch, after.started_ms) == (State.PREPARE_ABORT, 4, 60)
    commit = end_of(3, commit=True, version=2)
    assert outcome(known, commit, RULES) is Outcome.WRONG


def test_a_repetition_where_nothing_was_ended_is_fenced() -> None:
    for commit in (True, False):
        again = end_of(2, commit=commit, version=2)
        assert refused(KNOWN, again) is Error.PRODUCER_FENCED
        assert refused(OPEN, again) is Error.PRODUCER_FENCED


@pytest.mark.parametrize("version", [0, 2])
@pytest.mark.parametrize("state", TRANSITIONS)
def test_other_producers_are_refused_in_every_state(state: State, version: int) -> None:
    known = KNOWN._replace(state=state)
    for commit in (True, False):
        zombie = end_of(1, commit=commit, version=version)
        assert refused(known, zombie) is Error.PRODUCER_FENCED
        future = end_of(5, commit=commit, version=version)
        assert refused(known, future) is Error.PRODUCER_FENCED
        other = end_of(3, commit=commit, version=version, producer_id=8)
        assert refused(known, other) is Error.INVALID_PRODUCER_ID_MAPPING


UNTIL_2_5 = TransactionRules(version=0, refuses_future_epochs=False)


def test_until_2_5_an_epoch_of_the_future_was_heard_where_nothing_was_open() -> None:
    done = KNOWN._replace(state=State.COMPLETE_COMMIT)
    assert outcome(done, end_of(9, commit=True), UNTIL_2_5) is Outcome.DONE
    assert refused(done, end_of(2, commit=True), UNTIL_2_5) is Error.PRODUCER_FENCED


def test_no_release_ends_what_is_open_for_an_epoch_of_the_future() -> None:
    for rules in (OLD, UNTIL_2_5):
        assert refused(OPEN, end_of(9, commit=True), rules) is rules.fenced
    refusal = refusal_of(OPEN, end_of(9, commit=True), UNTIL_2_5)
    assert refusal.message == "epoch 9 is not there yet: 3"


def test_the_last_epoch_leads_to_another_id() -> None:
    last = OPEN._replace(epoch=32766)
    assert needs_id(last, 2)
    assert not needs_id(last, 0)
    assert not needs_id(OPEN, 2)
    end = end_of(32766, commit=True, version=2)
    after = prepared(last, end, 9, 60)
    assert (after.producer_id, after.epoch, after.next_producer_id) == (7, 32767, 9)
    assert outcome(after, end, RULES) is Outcome.WAIT
    done = completed(after, 70)
    assert (done.producer_id, done.epoch, done.next_producer_id) == (9, 0, -1)
    assert outcome(done, end, RULES) is Outcome.DONE
    begun = done._replace(state=State.EMPTY)
    assert refused(begun, end) is Error.PRODUCER_FENCED


@pytest.mark.parametrize(("epoch", "asked"), [(0, 5), (0, 32765), (1, 32766)])
def test_only_the_last_epoch_of_the_id_before_is_a_repetition(
    epoch: int, asked: int
) -> None:
    known = KNOWN._replace(
        state=State.COMPLETE_COMMIT, previous_producer_id=6, epoch=epoch
    )
    end = end_of(asked, commit=True, version=2, producer_id=6)
    assert refused(known, end) is Error.INVALID_PRODUCER_ID_MAPPING


@pytest.mark.parametrize(
    ("rules", "last_epoch"),
    [(OLD, -1), (RULES, 3), (TransactionRules(fences_twice=True), 4)],
)
def test_who_fences_ends_the_transaction_with_an_epoch_of_its_own(
    rules: TransactionRules, last_epoch: int
) -> None:
    after = fence(OPEN._replace(last_epoch=2), rules, None, 60)
    assert after.epoch == 4 + rules.fences_twice
    assert (after.last_epoch, after.client_version) == (last_epoch, rules.version)


def test_whoever_is_fenced_can_do_no_more() -> None:
    after = fence(OPEN, RULES, None, 60)
    assert (after.state, after.epoch) == (State.PREPARE_ABORT, 4)
    done = completed(after, 70)
    assert refused(done, end_of(3, commit=True)) is Error.PRODUCER_FENCED
    assert refused(done, end_of(3, commit=True), OLD) is Error.INVALID_PRODUCER_EPOCH


def test_fencing_never_passes_the_largest_epoch() -> None:
    last = OPEN._replace(epoch=32767)
    assert fence(last, RULES, 9, 60).epoch == 32767
    exhausted = OPEN._replace(epoch=32766)
    after = fence(exhausted, RULES, 9, 60)
    assert (after.epoch, after.next_producer_id) == (32767, 9)
    assert completed(after, 70).producer_id == 9
    assert fence(exhausted, OLD, None, 60).next_producer_id == -1
