from __future__ import annotations

import pytest
from logion.transaction.state import (
    AT_REST,
    NEVER_MS,
    NO_EPOCH,
    NO_PRODUCER_ID,
    NO_TIME_MS,
    PREPARED,
    STATE_IDS,
    TRANSITIONS,
    State,
    Transaction,
    is_exhausted,
)

KNOWN = Transaction("tx", producer_id=7, timeout_ms=1000, updated_ms=50, epoch=3)


def test_states_are_stored_by_kafkas_numbers() -> None:
    assert STATE_IDS == {
        State.EMPTY: 0,
        State.ONGOING: 1,
        State.PREPARE_COMMIT: 2,
        State.PREPARE_ABORT: 3,
        State.COMPLETE_COMMIT: 4,
        State.COMPLETE_ABORT: 5,
        State.DEAD: 6,
        State.PREPARE_EPOCH_FENCE: 7,
    }


def test_what_is_not_there_is_written_as_apache_kafka_does() -> None:
    assert (NO_PRODUCER_ID, NO_EPOCH, NO_TIME_MS) == (-1, -1, -1)
    assert NEVER_MS == 2_147_483_647
    assert KNOWN.client_version == 0


def test_what_is_decided_can_only_be_completed() -> None:
    for state in PREPARED:
        (after,) = TRANSITIONS[state]
        assert after in AT_REST
        assert after.value.removeprefix("Complete") == state.value.removeprefix(
            "Prepare"
        )


def test_every_state_that_is_stored_leads_somewhere() -> None:
    passing = {State.DEAD, State.PREPARE_EPOCH_FENCE}
    assert set(TRANSITIONS) == set(State) - passing
    assert set().union(*TRANSITIONS.values()) == set(TRANSITIONS)


def test_a_step_that_the_table_lacks_cannot_be_taken() -> None:
    with pytest.raises(AssertionError):
        KNOWN.to(State.COMPLETE_COMMIT, 60)


def test_a_step_notes_its_time_and_the_producer_before() -> None:
    after = KNOWN.to(State.ONGOING, 60, producer_id=8)
    assert (after.updated_ms, after.producer_id, after.previous_producer_id) == (
        60,
        8,
        7,
    )


def test_a_transaction_is_overdue_once_its_timeout_has_passed() -> None:
    open_since = KNOWN.to(State.ONGOING, 60, started_ms=60)
    assert not open_since.is_overdue(1060)
    assert open_since.is_overdue(1061)
    forever = open_since.to(State.ONGOING, 60, timeout_ms=NEVER_MS)
    assert not forever.is_overdue(2**40)
    assert not KNOWN.is_overdue(2**40)


def test_an_id_is_idle_when_nothing_was_open_for_long_enough() -> None:
    assert not KNOWN.is_idle(149, 100)
    assert KNOWN.is_idle(150, 100)
    assert not KNOWN.to(State.ONGOING, 50).is_idle(150, 100)


def test_the_last_epoch_is_kept_for_fencing() -> None:
    assert not is_exhausted(32765)
    assert is_exhausted(32766)
    assert not KNOWN.is_exhausted
