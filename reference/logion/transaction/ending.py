"""EndTxn, and what else ends a transaction: the rules, as tables.

`ENDS` and `ENDS_OF_EPOCHS` say what an end leads to in each state. Until
`transaction.version` 2 the epoch stays, so whoever asks twice cannot be told from one
that ends the next transaction. From then on every end takes an epoch (KIP-890), and an
epoch that is one behind is a repetition.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum, auto
from typing import NamedTuple

from logion.protocol.errors import ApiError
from logion.transaction.adding import check_claim
from logion.transaction.rules import TransactionRules
from logion.transaction.state import (
    AT_REST,
    EPOCH_MAX,
    EPOCH_PER_TRANSACTION,
    NO_EPOCH,
    NO_PRODUCER_ID,
    Claim,
    State,
    Transaction,
)


class End(NamedTuple):
    """What a client asks for."""

    claim: Claim
    is_commit: bool
    client_version: int = 0
    """`transaction.version` that the client goes by."""


class Outcome(Enum):
    """What an end leads to."""

    PREPARE = auto()
    """It is decided; the markers follow."""
    DONE = auto()
    """It was done before: the answer is given once more."""
    WAIT = auto()
    """It is being done: CONCURRENT_TRANSACTIONS."""
    WRONG = auto()
    """It cannot be: INVALID_TXN_STATE."""


COMMIT, ABORT = True, False

ENDS: Mapping[tuple[State, bool], Outcome] = {
    (State.EMPTY, COMMIT): Outcome.WRONG,
    (State.EMPTY, ABORT): Outcome.WRONG,
    (State.ONGOING, COMMIT): Outcome.PREPARE,
    (State.ONGOING, ABORT): Outcome.PREPARE,
    (State.PREPARE_COMMIT, COMMIT): Outcome.WAIT,
    (State.PREPARE_COMMIT, ABORT): Outcome.WRONG,
    (State.PREPARE_ABORT, COMMIT): Outcome.WRONG,
    (State.PREPARE_ABORT, ABORT): Outcome.WAIT,
    (State.COMPLETE_COMMIT, COMMIT): Outcome.DONE,
    (State.COMPLETE_COMMIT, ABORT): Outcome.WRONG,
    (State.COMPLETE_ABORT, COMMIT): Outcome.WRONG,
    (State.COMPLETE_ABORT, ABORT): Outcome.DONE,
}
"""State and end to what follows, for clients below `transaction.version` 2."""

NEW, AGAIN = False, True

ENDS_OF_EPOCHS: Mapping[tuple[State, bool, bool], Outcome] = {
    (State.EMPTY, COMMIT, NEW): Outcome.WRONG,
    (State.EMPTY, ABORT, NEW): Outcome.PREPARE,
    (State.ONGOING, COMMIT, NEW): Outcome.PREPARE,
    (State.ONGOING, ABORT, NEW): Outcome.PREPARE,
    (State.PREPARE_COMMIT, COMMIT, AGAIN): Outcome.WAIT,
    (State.PREPARE_COMMIT, ABORT, AGAIN): Outcome.WRONG,
    (State.PREPARE_ABORT, COMMIT, AGAIN): Outcome.WRONG,
    (State.PREPARE_ABORT, ABORT, AGAIN): Outcome.WAIT,
    (State.COMPLETE_COMMIT, COMMIT, NEW): Outcome.WRONG,
    (State.COMPLETE_COMMIT, ABORT, NEW): Outcome.PREPARE,
    (State.COMPLETE_COMMIT, COMMIT, AGAIN): Outcome.DONE,
    (State.COMPLETE_COMMIT, ABORT, AGAIN): Outcome.WRONG,
    (State.COMPLETE_ABORT, COMMIT, NEW): Outcome.WRONG,
    (State.COMPLETE_ABORT, ABORT, NEW): Outcome.PREPARE,
    (State.COMPLETE_ABORT, COMMIT, AGAIN): Outcome.WRONG,
    (State.COMPLETE_ABORT, ABORT, AGAIN): Outcome.DONE,
}
"""State, end, and whether it was asked before, to what follows, for the others.

What is not there is fenced: a repetition where nothing was ended, and a new end while
the one before is not done."""


def has_epochs(client_version: int) -> bool:
    """Tell whether every transaction of such a client has its own epoch."""
    return client_version >= EPOCH_PER_TRANSACTION


def outcome(known: Transaction, end: End, rules: TransactionRules) -> Outcome:
    """Return what an end leads to.

    Raises ApiError INVALID_PRODUCER_ID_MAPPING for the id of another producer, and the
    error for the fenced if the epoch is another.
    """
    if not has_epochs(end.client_version):
        is_future = end.claim.epoch > known.epoch
        if not is_future or rules.refuses_future_epochs:
            check_claim(known, end.claim, rules)
        leads_to = ENDS[known.state, end.is_commit]
        if is_future and leads_to is Outcome.PREPARE:
            text = f"epoch {end.claim.epoch} is not there yet: {known.epoch}"
            raise ApiError(rules.fenced, text)
        return leads_to
    is_again = _is_repetition(known, end.claim)
    if not is_again:
        check_claim(known, end.claim, rules)
    found = ENDS_OF_EPOCHS.get((known.state, end.is_commit, is_again))
    if found is None:
        text = f"epoch {end.claim.epoch} in {known.state.value} of epoch {known.epoch}"
        raise ApiError(rules.fenced, text)
    return found


def _is_repetition(known: Transaction, claim: Claim) -> bool:
    """Tell whether the end has been decided: its epoch was the one before."""
    if claim.producer_id == known.producer_id:
        return claim.epoch == known.epoch - 1
    was_exhausted = claim.epoch == EPOCH_MAX - 1 and known.epoch == 0
    return was_exhausted and claim.producer_id == known.previous_producer_id


def prepared(known: Transaction, end: End, fresh_id: int, now_ms: int) -> Transaction:
    """Return a transaction whose end is decided.

    `fresh_id` is a producer id that nobody had if the epochs run out with this one
    (`needs_id`), else NO_PRODUCER_ID.
    """
    state = State.PREPARE_COMMIT if end.is_commit else State.PREPARE_ABORT
    has_own = has_epochs(end.client_version)
    return known.to(
        state,
        now_ms,
        epoch=min(known.epoch + has_own, EPOCH_MAX),
        last_epoch=known.epoch if has_own else known.last_epoch,
        next_producer_id=fresh_id,
        started_ms=now_ms if known.state in AT_REST else known.started_ms,
        client_version=end.client_version,
    )


def needs_id(known: Transaction, client_version: int) -> bool:
    """Tell whether an end takes a producer id: it would need an epoch there is not."""
    return has_epochs(client_version) and known.is_exhausted


def fence(
    known: Transaction, rules: TransactionRules, fresh_id: int | None, now_ms: int
) -> Transaction:
    """Return an open transaction that is aborted because its producer is given up.

    Nobody gets the epoch that it takes, so that the producer can do no more.
    """
    has_own = has_epochs(rules.version)
    return known.to(
        State.PREPARE_ABORT,
        now_ms,
        epoch=min(known.epoch + 1 + rules.fences_twice, EPOCH_MAX),
        last_epoch=known.epoch + rules.fences_twice if has_own else NO_EPOCH,
        next_producer_id=NO_PRODUCER_ID if fresh_id is None else fresh_id,
        client_version=rules.version,
    )


def completed(known: Transaction, now_ms: int) -> Transaction:
    """Return a transaction whose markers are all written."""
    is_commit = known.state is State.PREPARE_COMMIT
    is_rotated = known.next_producer_id != NO_PRODUCER_ID
    return known.to(
        State.COMPLETE_COMMIT if is_commit else State.COMPLETE_ABORT,
        now_ms,
        producer_id=known.next_producer_id if is_rotated else known.producer_id,
        epoch=0 if is_rotated else known.epoch,
        next_producer_id=NO_PRODUCER_ID,
        partitions=frozenset(),
    )
