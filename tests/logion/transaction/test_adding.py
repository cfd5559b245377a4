from __future__ import annotations

import pytest
from logion.names import TopicPartition
from logion.protocol.errors import ApiError, Error
from logion.transaction.adding import (
    added,
    check_claim,
    check_open,
    has_all,
    verified,
)
from logion.transaction.rules import TransactionRules
from logion.transaction.state import Claim, State, Transaction

RULES = TransactionRules()
KNOWN = Transaction("tx", producer_id=7, timeout_ms=1, updated_ms=50, epoch=3)
T0 = TopicPartition("t", 0)
T1 = TopicPartition("t", 1)


@pytest.mark.parametrize(
    "state", [State.EMPTY, State.COMPLETE_COMMIT, State.COMPLETE_ABORT]
)
def test_the_first_partition_begins_a_transaction(state: State) -> None:
    after = added(KNOWN._replace(state=state, started_ms=40), [T0], 2, 60)
    assert (after.state, after.started_ms) == (State.ONGOING, 60)
    assert (after.partitions, after.client_version) == ({T0}, 2)


def test_more_partitions_join_the_same_transaction() -> None:
    after = added(added(KNOWN, [T0], 0, 60), [T1], 0, 70)
    assert (after.partitions, after.started_ms, after.updated_ms) == ({T0, T1}, 60, 70)
    assert has_all(after, [T1, T0])


def test_nothing_is_in_a_transaction_that_is_not_open() -> None:
    assert not has_all(KNOWN, [])
    assert not has_all(added(KNOWN, [T0], 0, 60), [T1])


@pytest.mark.parametrize(
    ("claim", "error", "found"),
    [
        (Claim("tx", 8, 3), Error.INVALID_PRODUCER_ID_MAPPING, "producer 8"),
        (Claim("tx", 6, 3), Error.INVALID_PRODUCER_ID_MAPPING, "producer 6"),
        (Claim("tx", 7, 2), Error.PRODUCER_FENCED, "epoch 2"),
        (Claim("tx", 7, 4), Error.PRODUCER_FENCED, "epoch 4"),
    ],
)
def test_only_the_present_producer_may_add(
    claim: Claim, error: Error, found: str
) -> None:
    check_claim(KNOWN, Claim("tx", 7, 3), RULES)
    with pytest.raises(ApiError) as refusal:
        check_claim(KNOWN, claim, RULES)
    present = 7 if "producer" in found else 3
    assert refusal.value.error is error
    assert refusal.value.message == f"{found}; the current one is {present}"


def test_producers_are_known_by_number_however_large() -> None:
    """Equal numbers that were read twice are two objects."""
    known = KNOWN._replace(producer_id=int("70000"), epoch=int("30000"))
    check_claim(known, Claim("tx", int("70000"), int("30000")), RULES)


@pytest.mark.parametrize("state", State)
def test_a_transaction_waits_for_the_markers_of_the_one_before(state: State) -> None:
    known = KNOWN._replace(state=state)
    if state in {State.PREPARE_COMMIT, State.PREPARE_ABORT}:
        with pytest.raises(ApiError) as refusal:
            check_open(known)
        assert refusal.value.error is Error.CONCURRENT_TRANSACTIONS
        assert refusal.value.message == f"'tx' is in {state.value}"
    else:
        check_open(known)


def test_only_partitions_that_were_added_are_verified() -> None:
    known = added(KNOWN, [T0], 0, 60)
    assert verified(known, [T0, T1], RULES) == {
        T0: Error.NONE,
        T1: Error.TRANSACTION_ABORTABLE,
    }
    old = TransactionRules(not_added=Error.INVALID_TXN_STATE)
    assert verified(known, [T1], old) == {T1: Error.INVALID_TXN_STATE}
