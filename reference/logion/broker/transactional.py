"""What a transaction writes to is part of it: the coordinator is asked (KIP-890).

| release | a partition that the transaction does not have |
|---|---|
| until 3.5 | is written to |
| 3.6 and later | is refused, unless the setting says otherwise |
| 4.0 and later | is added at once, to newer clients |

A partition in which the transaction is open already has been asked for before.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import trio

from logion.broker.state import BrokerState
from logion.protocol.errors import ApiError, Error
from logion.protocol.releases import release
from logion.replica.partition import Partition
from logion.transaction.state import EPOCH_PER_TRANSACTION, Claim

VERIFIED_SINCE = release("3.6")
"""Before, whoever had a producer id could write."""

VERIFICATION = "transaction.partition.verification.enable"
BACKOFF = "add.partitions.to.txn.retry.backoff.ms"
BACKOFF_MAX = "add.partitions.to.txn.retry.backoff.max.ms"

NOT_ADDED = "Partition was not added to the transaction"


@dataclass(frozen=True, slots=True)
class Joining:
    """Who writes in a transaction, and what the version of the request allows."""

    claim: Claim
    sequence: int
    """The first of what is written; offsets of groups have none."""
    knows_abortable: bool
    """TRANSACTION_ABORTABLE may be answered; if not, INVALID_TXN_STATE is."""
    adds: bool
    """Partitions are added to the transaction by writing to them."""


async def add(
    broker: BrokerState, joining: Joining, partitions: Iterable[Partition]
) -> None:
    """Add partitions to the transaction, if the request is of a version that does so.

    The one before may need a moment to end: that is waited for a little. Raises
    ApiError, as `_told` says it, if they cannot be added.
    """
    claim = joining.claim
    missing = [it.name for it in partitions if not _is_open(broker, it, claim)]
    if not joining.adds or not missing:
        return
    config = broker.cluster.config
    backoff_ms = config.integer(BACKOFF)
    for left_ms in range(config.integer(BACKOFF_MAX), -1, -backoff_ms):
        try:
            await broker.transactions.add(claim, missing, EPOCH_PER_TRANSACTION)
        except ApiError as problem:
            is_early = problem.error is Error.CONCURRENT_TRANSACTIONS
            if not is_early or left_ms < backoff_ms:
                raise _told(problem, joining) from None
            await trio.sleep(backoff_ms / 1000)
        else:
            return


def check(
    broker: BrokerState,
    joining: Joining,
    partition: Partition,
    unadded: ApiError | None = None,
) -> None:
    """Raise ApiError unless the transaction has a partition, as far as that counts.

    `unadded` says why it could not be added, if so. OUT_OF_ORDER_SEQUENCE_NUMBER if
    the first write of a producer that adds partitions does not begin with 0; and what
    `_told` says.
    """
    claim = joining.claim
    if not _is_asked(broker, joining) or _is_open(broker, partition, claim):
        return
    if unadded is not None:
        raise unadded
    try:
        errors = broker.transactions.verify(claim, (partition.name,))
    except ApiError as problem:
        raise _told(problem, joining) from None
    if (error := errors[partition.name]) is not Error.NONE:
        raise _told(ApiError(error), joining)
    is_known = claim.producer_id in partition.log.producers
    if joining.adds and joining.sequence > 0 and not is_known:
        raise ApiError(
            Error.OUT_OF_ORDER_SEQUENCE_NUMBER,
            f"producer {claim.producer_id}: sequence {joining.sequence} where 0 was "
            "expected",
        )


def _is_asked(broker: BrokerState, joining: Joining) -> bool:
    """Tell whether the coordinator is asked about what is written."""
    if broker.release < VERIFIED_SINCE:
        return False
    return joining.adds or broker.cluster.config.flag(VERIFICATION)


def _is_open(broker: BrokerState, partition: Partition, claim: Claim) -> bool:
    """Tell whether the transaction has written to a partition before.

    Before each had an epoch of its own, nobody looked in which.
    """
    known = partition.log.producers.get(claim.producer_id)
    if known is None or known.transaction_start is None:
        return False
    if known.epoch == claim.epoch:
        return True
    return broker.transactions.settings.rules.version < EPOCH_PER_TRANSACTION


def _told(problem: ApiError, joining: Joining) -> ApiError:
    """Return what a producer is told of what the coordinator says.

    INVALID_PRODUCER_EPOCH if it was replaced, since it expects that of a write;
    INVALID_TXN_STATE if it does not know TRANSACTION_ABORTABLE.
    """
    match problem.error:
        case Error.PRODUCER_FENCED:
            return ApiError(Error.INVALID_PRODUCER_EPOCH, problem.message)
        case Error.TRANSACTION_ABORTABLE if not joining.knows_abortable:
            return ApiError(Error.INVALID_TXN_STATE, NOT_ADDED)
        case Error.INVALID_TXN_STATE:
            return ApiError(Error.INVALID_TXN_STATE, NOT_ADDED)
        case _:
            return problem
