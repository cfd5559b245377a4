"""AddPartitionsToTxn and AddOffsetsToTxn: the rules for what a transaction writes to.

The first partition begins a transaction. A partition that a producer writes to is
verified to be part of one (KIP-890): a batch that comes late would never be ended.
"""

from __future__ import annotations

from collections.abc import Collection

from logion.names import TopicPartition
from logion.protocol.errors import ApiError, Error
from logion.transaction.rules import TransactionRules
from logion.transaction.state import PREPARED, Claim, State, Transaction


def check_claim(known: Transaction, claim: Claim, rules: TransactionRules) -> None:
    """Raise ApiError unless it is the claim of the present producer.

    INVALID_PRODUCER_ID_MAPPING for another id, the error for the fenced for another
    epoch.
    """
    if claim.producer_id != known.producer_id:
        text = f"producer {claim.producer_id}; the current one is {known.producer_id}"
        raise ApiError(Error.INVALID_PRODUCER_ID_MAPPING, text)
    if claim.epoch != known.epoch:
        text = f"epoch {claim.epoch}; the current one is {known.epoch}"
        raise ApiError(rules.fenced, text)


def check_open(known: Transaction) -> None:
    """Raise CONCURRENT_TRANSACTIONS while markers of the one before are under way."""
    if known.state in PREPARED:
        text = f"{known.transactional_id!r} is in {known.state.value}"
        raise ApiError(Error.CONCURRENT_TRANSACTIONS, text)


def has_all(known: Transaction, partitions: Collection[TopicPartition]) -> bool:
    """Tell whether a transaction is open and has all of `partitions`."""
    return known.state is State.ONGOING and known.partitions.issuperset(partitions)


def added(
    known: Transaction,
    partitions: Collection[TopicPartition],
    client_version: int,
    now_ms: int,
) -> Transaction:
    """Return a transaction with `partitions` in it, begun if none is open."""
    is_open = known.state is State.ONGOING
    return known.to(
        State.ONGOING,
        now_ms,
        partitions=known.partitions.union(partitions),
        started_ms=known.started_ms if is_open else now_ms,
        client_version=client_version,
    )


def verified(
    known: Transaction, partitions: Collection[TopicPartition], rules: TransactionRules
) -> dict[TopicPartition, Error]:
    """Return NONE for each partition that the transaction has."""
    return {
        it: Error.NONE if it in known.partitions else rules.not_added
        for it in partitions
    }
