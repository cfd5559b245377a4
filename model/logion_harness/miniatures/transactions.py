"""Transactions: who has which epoch, what is in them, and how they end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from logion.broker.context import Context
from logion.broker.dispatch import Handler
from logion.broker.handlers.find_coordinator import TRANSACTION
from logion.broker.state import BrokerState
from logion.protocol.errors import ApiError, Error
from logion.transaction.ending import Outcome
from logion.transaction.initializing import Asked
from logion.transaction.rules import TransactionRules
from logion.transaction.state import NO_EPOCH, State, Transaction

from logion_harness.miniatures.miniature import Miniature
from logion_harness.miniatures.seams import (
    always,
    changed,
    handled,
    hears,
    instead,
    swapped,
    tells,
    unsaid,
)

ADDING = "logion.transaction.adding"
ENDING = "logion.transaction.ending"
INITIALIZING = "logion.transaction.initializing"


def found_the_second_time(handle: Handler) -> Handler:
    """Send who asks for a transactional id for the first time elsewhere."""
    known: set[str] = set()

    async def wrong(broker: BrokerState, context: Context, request: Any) -> Any:
        answer = await handle(broker, context, request)
        keys = set(request.coordinator_keys)
        if request.key_type != TRANSACTION or keys <= known:
            return answer
        known.update(keys)
        names = ("coordinators", "error_code")
        return changed(answer, names, always(Error.NOT_COORDINATOR))

    return wrong


# --- adding ---------------------------------------------------------------------------


def once(check: Callable[..., None]) -> Callable[..., None]:
    """Let nothing be added to a transaction that is open."""

    def wrong(known: Transaction) -> None:
        check(known)
        if known.state is State.ONGOING:
            raise ApiError(Error.INVALID_TXN_STATE, "it has begun")

    return wrong


# --- producers that come --------------------------------------------------------------


def with_the_same_epoch(_: Any) -> Any:
    """Give a producer that comes the epoch of the one before it."""

    def wrong(known: Transaction, _: Asked, __: TransactionRules) -> tuple[int, int]:
        return known.epoch, NO_EPOCH

    return wrong


def with_another_epoch(_: Any) -> Any:
    """Give the next epoch also to who has been given it, and did not hear so."""

    def wrong(known: Transaction, _: Asked, __: TransactionRules) -> tuple[int, int]:
        return known.epoch + 1, known.epoch

    return wrong


def leaving_it_open(renewed: Callable[..., Any]) -> Callable[..., Any]:
    """Forget the open transaction of the producer before."""

    def wrong(known: Transaction, *more: Any) -> Any:
        if known.state is State.ONGOING:
            known = known._replace(state=State.COMPLETE_ABORT)
        return renewed(known, *more)

    return wrong


# --- ends -----------------------------------------------------------------------------


def any_end_again(outcome: Callable[..., Outcome]) -> Callable[..., Outcome]:
    """Take an end that cannot be for one that has been before."""

    def wrong(*given: Any) -> Outcome:
        found = outcome(*given)
        return Outcome.DONE if found is Outcome.WRONG else found

    return wrong


MINIATURES = (
    Miniature(
        "sends-producers-round",
        "sends who asks first for the coordinator of a transactional id elsewhere",
        ("coordinators.transaction",),
        handled("FindCoordinator", found_the_second_time),
    ),
    Miniature(
        "adds-once",
        "lets nothing be added to a transaction that is open",
        ("transactions.add", "transactions.verify"),
        swapped(f"{ADDING}:check_open", once),
    ),
    Miniature(
        "says-that-the-rest-is-added",
        "says that partitions are added beside one that is not there",
        ("transactions.add.missing",),
        unsaid("AddPartitionsToTxn", Error.OPERATION_NOT_ATTEMPTED),
    ),
    Miniature(
        "adds-for-anybody",
        "adds to a transaction for whoever knows its id",
        (
            "transactions.add.fenced",
            "transactions.add-offsets",
            "transactions.verify",
        ),
        swapped(f"{ADDING}:check_claim", instead(None)),
    ),
    Miniature(
        "adds-when-asked",
        "adds a partition to a transaction when it is asked whether it is there",
        ("transactions.verify",),
        hears("AddPartitionsToTxn", "transactions.verify_only", always(value=False)),
    ),
    Miniature(
        "gives-an-epoch-twice",
        "gives a producer that comes the epoch of the one before it",
        ("transactions.init.epochs", "transactions.init.known"),
        swapped(f"{INITIALIZING}:_next_epochs", with_the_same_epoch),
    ),
    Miniature(
        "gives-an-epoch-each-time",
        "gives a producer another epoch that asks once more for the same",
        ("transactions.init.known",),
        swapped(f"{INITIALIZING}:_next_epochs", with_another_epoch),
    ),
    Miniature(
        "has-no-longest-timeout",
        "says nothing of timeouts of transactions out of bounds",
        ("transactions.init.timeout",),
        unsaid("InitProducerId", Error.INVALID_TRANSACTION_TIMEOUT),
    ),
    Miniature(
        "takes-no-name-for-one",
        "says nothing of the empty transactional id",
        ("transactions.init.empty", "transactions.init.known.other-id"),
        unsaid("InitProducerId", Error.INVALID_REQUEST),
    ),
    Miniature(
        "welcomes-zombies",
        "says nothing to producers that others have replaced",
        ("transactions.init.known", "transactions.init.known.other-id"),
        unsaid("InitProducerId", Error.PRODUCER_FENCED),
    ),
    Miniature(
        "leaves-transactions-open",
        "does not abort what the producer before has left open",
        ("transactions.init.fences",),
        swapped(f"{INITIALIZING}:renewed", leaving_it_open),
    ),
    Miniature(
        "ends-what-has-ended",
        "says that a transaction has ended which cannot",
        (
            "transactions.end",
            "transactions.end.nothing",
            "transactions.end.epochs",
            "transactions.end.epochs.nothing",
        ),
        swapped(f"{ENDING}:outcome", any_end_again),
    ),
    Miniature(
        "ends-for-anybody",
        "ends a transaction for whoever knows its id",
        ("transactions.end.fenced", "transactions.end.epochs.nothing"),
        swapped(f"{ENDING}:check_claim", instead(None)),
    ),
    Miniature(
        "keeps-the-next-epoch",
        "does not tell which epoch the next transaction has",
        ("transactions.end.epochs",),
        tells("EndTxn", "producer_epoch", always(-1)),
    ),
    Miniature(
        "hides-partitions-of-transactions",
        "describes an open transaction without its partitions",
        ("transactions.describe",),
        tells("DescribeTransactions", "transaction_states.topics", always(())),
    ),
    Miniature(
        "describes-any-transaction",
        "has no error for a transactional id that nobody has",
        ("transactions.describe.unknown",),
        unsaid("DescribeTransactions", Error.TRANSACTIONAL_ID_NOT_FOUND),
    ),
    Miniature(
        "lists-transactions-of-any-state",
        "lists transactions whatever states were asked for",
        ("transactions.list",),
        hears("ListTransactions", "state_filters", always(())),
    ),
    Miniature(
        "lists-transactions-of-any-age",
        "lists transactions however long they have been open",
        ("transactions.list.duration",),
        hears("ListTransactions", "duration_filter", always(-1)),
    ),
    Miniature(
        "lists-transactions-of-any-name",
        "lists transactions whatever pattern was asked for",
        ("transactions.list.pattern",),
        hears("ListTransactions", "transactional_id_pattern", always(None)),
    ),
)
