"""InitProducerId with a transactional id: the rules for who gets which epoch.

A producer that comes fences the one before it: it gets the next epoch, and a
transaction that the other left open is aborted first. One that says which id and epoch
it has (KIP-360) gets the next one only if nobody came between.
"""

from __future__ import annotations

from typing import NamedTuple

from logion.protocol.errors import ApiError, Error
from logion.transaction import ending
from logion.transaction.rules import TransactionRules
from logion.transaction.state import (
    AT_REST,
    NEVER_MS,
    NO_EPOCH,
    NO_TIME_MS,
    PREPARED,
    State,
    Transaction,
    is_exhausted,
)


class Expected(NamedTuple):
    """The id and epoch that a producer believes it has (KIP-360)."""

    producer_id: int
    epoch: int


class Asked(NamedTuple):
    """What a producer asks for."""

    transactional_id: str
    timeout_ms: int
    expected: Expected | None = None
    is_two_phase: bool = False
    """Somebody else decides its transactions: they have no timeout (KIP-939)."""
    keeps_prepared: bool = False
    """A transaction left open is to be kept (KIP-939)."""


def check(asked: Asked, rules: TransactionRules) -> None:
    """Raise ApiError unless the request can be served for some transactional id."""
    if not asked.transactional_id:
        raise ApiError(Error.INVALID_REQUEST, "the transactional id is empty")
    if asked.is_two_phase and not rules.serves_two_phase:
        text = "transaction.two.phase.commit.enable is false"
        raise ApiError(Error.TRANSACTIONAL_ID_AUTHORIZATION_FAILED, text)
    if asked.keeps_prepared:
        text = "no release keeps prepared transactions yet"
        raise ApiError(Error.UNSUPPORTED_VERSION, text)
    if not asked.is_two_phase and not 0 < asked.timeout_ms <= rules.timeout_max_ms:
        text = f"{asked.timeout_ms} ms; expected 1 to {rules.timeout_max_ms}"
        raise ApiError(Error.INVALID_TRANSACTION_TIMEOUT, text)


def first(asked: Asked, producer_id: int, now_ms: int) -> Transaction:
    """Return a transactional id that was not known, with its first producer."""
    timeout_ms = NEVER_MS if asked.is_two_phase else asked.timeout_ms
    return Transaction(asked.transactional_id, producer_id, timeout_ms, now_ms, epoch=0)


def needs_id(known: Transaction, asked: Asked, rules: TransactionRules) -> bool:
    """Tell whether `renewed` takes a producer id that nobody had before."""
    if known.state is State.ONGOING:
        return ending.needs_id(known, rules.version)
    is_current = asked.expected is None or asked.expected.epoch == known.epoch
    return known.state in AT_REST and known.is_exhausted and is_current


def renewed(
    known: Transaction,
    asked: Asked,
    rules: TransactionRules,
    fresh_id: int | None,
    now_ms: int,
) -> Transaction:
    """Return what becomes of a known transactional id whose producer comes.

    `fresh_id` is a producer id if `needs_id`. What is open is aborted: the producer
    has to ask again once that is done. Raises ApiError: CONCURRENT_TRANSACTIONS while
    markers are under way, the error for the fenced if another producer came.
    """
    if asked.expected is not None and not _may_expect(known, asked.expected):
        raise _fenced(known, asked.expected, rules)
    if known.state in PREPARED:
        text = f"{known.transactional_id!r} is in {known.state.value}"
        raise ApiError(Error.CONCURRENT_TRANSACTIONS, text)
    if known.state is State.ONGOING:
        return ending.fence(known, rules, fresh_id, now_ms)
    has_expected = asked.expected is not None
    if fresh_id is not None:
        epochs = (0, known.epoch if has_expected else NO_EPOCH)
    else:
        epochs = _next_epochs(known, asked, rules)
    return known.to(
        State.EMPTY,
        now_ms,
        producer_id=known.producer_id if fresh_id is None else fresh_id,
        epoch=epochs[0],
        last_epoch=epochs[1],
        timeout_ms=NEVER_MS if asked.is_two_phase else asked.timeout_ms,
        partitions=frozenset(),
        started_ms=NO_TIME_MS,
    )


def _may_expect(known: Transaction, expected: Expected) -> bool:
    """Tell whether the id is the producer's own, or was until its epochs ran out."""
    is_before = expected.producer_id == known.previous_producer_id
    return expected.producer_id == known.producer_id or (
        is_before and is_exhausted(expected.epoch)
    )


def _next_epochs(
    known: Transaction, asked: Asked, rules: TransactionRules
) -> tuple[int, int]:
    """Return the epoch that the producer gets, and the one before if it was its own."""
    if asked.expected is None:
        return known.epoch + 1, NO_EPOCH
    if asked.expected.epoch == known.epoch:
        return known.epoch + 1, known.epoch
    if asked.expected.epoch == known.last_epoch:  # it did not hear the answer
        return known.epoch, known.last_epoch
    raise _fenced(known, asked.expected, rules)


def _fenced(
    known: Transaction, expected: Expected, rules: TransactionRules
) -> ApiError:
    found = f"producer {expected.producer_id} of epoch {expected.epoch}"
    current = f"producer {known.producer_id} of epoch {known.epoch}"
    return ApiError(rules.fenced, f"{found}; the current one is {current}")
