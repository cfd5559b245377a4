from __future__ import annotations

import pytest
from logion.names import TopicPartition
from logion.protocol.errors import ApiError, Error
from logion.transaction.initializing import (
    Asked,
    Expected,
    check,
    first,
    needs_id,
    renewed,
)
from logion.transaction.rules import TransactionRules
from logion.transaction.state import NEVER_MS, State, Transaction

RULES = TransactionRules()
OLD = TransactionRules(version=0, fenced=Error.INVALID_PRODUCER_EPOCH)
ASKED = Asked("tx", 1000)
KNOWN = Transaction("tx", producer_id=7, timeout_ms=1, updated_ms=50, epoch=3)
T0 = TopicPartition("t", 0)


def refusal_of(
    known: Transaction, asked: Asked, rules: TransactionRules = RULES
) -> ApiError:
    """Return why a producer is not let in."""
    with pytest.raises(ApiError) as refusal:
        renewed(known, asked, rules, None, 60)
    return refusal.value


def refused(known: Transaction, asked: Asked, rules: TransactionRules = RULES) -> Error:
    """Return the error of a producer that is not let in."""
    return refusal_of(known, asked, rules).error


def test_the_first_producer_has_epoch_0() -> None:
    made = first(ASKED, 7, 50)
    assert made.transactional_id == "tx"
    assert (made.producer_id, made.epoch, made.state) == (7, 0, State.EMPTY)
    assert (made.timeout_ms, made.updated_ms) == (1000, 50)
    assert (made.last_epoch, made.previous_producer_id) == (-1, -1)


@pytest.mark.parametrize(
    "state", [State.EMPTY, State.COMPLETE_COMMIT, State.COMPLETE_ABORT]
)
def test_the_next_producer_has_the_next_epoch_and_timeout(state: State) -> None:
    known = KNOWN._replace(state=state, started_ms=40, last_epoch=2)
    after = renewed(known, ASKED, RULES, None, 60)
    assert (after.state, after.producer_id, after.epoch) == (State.EMPTY, 7, 4)
    assert (after.timeout_ms, after.started_ms, after.updated_ms) == (1000, -1, 60)
    assert after.last_epoch == -1, "whoever came before may not ask again"


@pytest.mark.parametrize("state", [State.PREPARE_COMMIT, State.PREPARE_ABORT])
def test_nobody_comes_while_markers_are_under_way(state: State) -> None:
    known = KNOWN._replace(state=state)
    refusal = refusal_of(known, ASKED)
    assert refusal.error is Error.CONCURRENT_TRANSACTIONS
    assert refusal.message == f"'tx' is in {state.value}"


@pytest.mark.parametrize(("rules", "last_epoch"), [(OLD, -1), (RULES, 3)])
def test_what_is_open_is_aborted_with_an_epoch_that_nobody_has(
    rules: TransactionRules, last_epoch: int
) -> None:
    known = KNOWN._replace(
        state=State.ONGOING, partitions=frozenset({T0}), started_ms=40
    )
    after = renewed(known, ASKED, rules, None, 60)
    assert (after.state, after.epoch) == (State.PREPARE_ABORT, 4)
    assert (after.last_epoch, after.client_version) == (last_epoch, rules.version)
    assert (after.partitions, after.started_ms) == (frozenset({T0}), 40)
    assert after.updated_ms == 60
    assert after.timeout_ms == 1, "the timeout asked for is the next transaction's"


def test_who_comes_begins_without_partitions_whatever_was_stored() -> None:
    known = KNOWN._replace(state=State.COMPLETE_COMMIT, partitions=frozenset({T0}))
    assert renewed(known, ASKED, RULES, None, 60).partitions == frozenset()


def test_4_0_leaves_out_an_epoch_when_it_fences() -> None:
    rules = TransactionRules(fences_twice=True)
    after = renewed(KNOWN._replace(state=State.ONGOING), ASKED, rules, None, 60)
    assert (after.epoch, after.last_epoch) == (5, 4)


def test_whoever_knows_its_epoch_gets_the_next_one() -> None:
    asked = ASKED._replace(expected=Expected(7, 3))
    after = renewed(KNOWN, asked, RULES, None, 60)
    assert (after.epoch, after.last_epoch) == (4, 3)


def test_whoever_did_not_hear_the_answer_hears_it_again() -> None:
    asked = ASKED._replace(expected=Expected(7, 3))
    once = renewed(KNOWN, asked, RULES, None, 60)
    again = renewed(once, asked, RULES, None, 70)
    assert (again.epoch, again.last_epoch) == (4, 3)


@pytest.mark.parametrize(
    "expected", [Expected(7, 2), Expected(7, 4), Expected(8, 3), Expected(6, 32766)]
)
def test_whoever_is_not_the_last_producer_is_fenced(expected: Expected) -> None:
    asked = ASKED._replace(expected=expected)
    assert refused(KNOWN, asked) is Error.PRODUCER_FENCED
    assert refused(KNOWN, asked, OLD) is Error.INVALID_PRODUCER_EPOCH


def test_whoever_is_fenced_is_told_who_the_producer_is() -> None:
    text = refusal_of(KNOWN, ASKED._replace(expected=Expected(8, 2))).message
    found = "producer 8 of epoch 2"
    assert text == f"{found}; the current one is producer 7 of epoch 3"


def test_whoever_had_the_id_before_is_fenced_unless_its_epochs_ran_out() -> None:
    known = KNOWN._replace(previous_producer_id=6)
    asked = ASKED._replace(expected=Expected(6, known.epoch))
    assert refused(known, asked) is Error.PRODUCER_FENCED


def test_another_producer_does_not_interrupt_what_is_open() -> None:
    known = KNOWN._replace(state=State.ONGOING)
    asked = ASKED._replace(expected=Expected(8, 3))
    assert refused(known, asked) is Error.PRODUCER_FENCED


def test_when_epochs_run_out_there_is_another_id() -> None:
    known = KNOWN._replace(epoch=32766)
    assert needs_id(known, ASKED, RULES)
    after = renewed(known, ASKED, RULES, 9, 60)
    assert (after.producer_id, after.epoch, after.last_epoch) == (9, 0, -1)
    assert after.previous_producer_id == 7


def test_what_is_open_with_the_last_epoch_leads_to_another_id() -> None:
    last = KNOWN._replace(state=State.ONGOING, epoch=32766)
    after = renewed(last, ASKED, RULES, 9, 60)
    assert (after.state, after.next_producer_id) == (State.PREPARE_ABORT, 9)


def test_whoever_knew_the_last_epoch_may_ask_again_for_the_new_id() -> None:
    known = KNOWN._replace(epoch=32766)
    asked = ASKED._replace(expected=Expected(7, 32766))
    once = renewed(known, asked, RULES, 9, 60)
    assert (once.producer_id, once.epoch, once.last_epoch) == (9, 0, 32766)
    assert not needs_id(once, asked, RULES)
    again = renewed(once, asked, RULES, None, 70)
    assert (again.producer_id, again.epoch) == (9, 0)


def test_an_id_is_only_taken_where_one_is_needed() -> None:
    last = KNOWN._replace(epoch=32766)
    assert not needs_id(KNOWN, ASKED, RULES)
    assert not needs_id(last, ASKED._replace(expected=Expected(7, 5)), RULES)
    assert not needs_id(last._replace(state=State.PREPARE_ABORT), ASKED, RULES)
    assert needs_id(last._replace(state=State.ONGOING), ASKED, RULES)
    assert not needs_id(last._replace(state=State.ONGOING), ASKED, OLD)


@pytest.mark.parametrize(
    ("asked", "error", "why"),
    [
        (Asked("", 1000), Error.INVALID_REQUEST, "the transactional id is empty"),
        *(
            (
                *(Asked("tx", timeout_ms), Error.INVALID_TRANSACTION_TIMEOUT),
                f"{timeout_ms} ms; expected 1 to 900000",
            )
            for timeout_ms in (0, -1, 900_001)
        ),
        (
            Asked("tx", 1000, is_two_phase=True),
            Error.TRANSACTIONAL_ID_AUTHORIZATION_FAILED,
            "transaction.two.phase.commit.enable is false",
        ),
        (
            Asked("tx", 0, keeps_prepared=True),
            Error.UNSUPPORTED_VERSION,
            "no release keeps prepared transactions yet",
        ),
    ],
)
def test_what_nobody_may_ask_for_is_refused(
    asked: Asked, error: Error, why: str
) -> None:
    with pytest.raises(ApiError) as refusal:
        check(asked, RULES)
    assert (refusal.value.error, refusal.value.message) == (error, why)


@pytest.mark.parametrize("timeout_ms", [1, 900_000])
def test_a_timeout_within_its_bounds_is_taken(timeout_ms: int) -> None:
    check(Asked("tx", timeout_ms), RULES)


def test_transactions_that_others_decide_have_no_timeout() -> None:
    rules = TransactionRules(serves_two_phase=True)
    asked = Asked("tx", 0, is_two_phase=True)
    check(asked, rules)
    assert first(asked, 7, 50).timeout_ms == NEVER_MS
    assert renewed(KNOWN, asked, rules, None, 60).timeout_ms == NEVER_MS
