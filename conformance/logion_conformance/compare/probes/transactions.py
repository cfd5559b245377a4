"""Transactions: begun, added to, ended; and what refuses them."""

from __future__ import annotations

from typing import Any

from logion.protocol.messages.add_offsets_to_txn import AddOffsetsToTxnRequest
from logion.protocol.messages.add_partitions_to_txn import (
    AddPartitionsToTxnRequest,
    AddPartitionsToTxnTopic,
)
from logion.protocol.messages.allocate_producer_ids import AllocateProducerIdsRequest
from logion.protocol.messages.describe_transactions import DescribeTransactionsRequest
from logion.protocol.messages.end_txn import EndTxnRequest
from logion.protocol.messages.list_transactions import ListTransactionsRequest
from logion.protocol.messages.txn_offset_commit import (
    TxnOffsetCommitRequest,
    TxnOffsetCommitRequestPartition,
    TxnOffsetCommitRequestTopic,
)

from logion_conformance.compare.probe import Ground, Probe, Script, asking
from logion_conformance.compare.probes.produce import UNKNOWN
from logion_conformance.compare.probes.topics import new_id

OLD = 3
"""The last version of AddPartitionsToTxn that clients send."""


def add(it: Ground, pid: int = 5, epoch: int = 0, **more: Any) -> Any:
    """Return the request that adds a partition to a transaction."""
    topic = AddPartitionsToTxnTopic(
        name=more.pop("topic", it.standing.name), partitions=more.pop("at", (0,))
    )
    usual = {
        "v3_and_below_transactional_id": it.name,
        "v3_and_below_producer_id": pid,
        "v3_and_below_producer_epoch": epoch,
        "v3_and_below_topics": (topic,),
    }
    return AddPartitionsToTxnRequest(**{**usual, **more})


def end(
    it: Ground, pid: int = 5, epoch: int = 0, *, committed: bool = True, name: str = ""
) -> EndTxnRequest:
    """Return the request that ends a transaction."""
    return EndTxnRequest(
        transactional_id=name or it.name,
        producer_id=pid,
        producer_epoch=epoch,
        committed=committed,
    )


def add_offsets(
    it: Ground, pid: int = 5, epoch: int = 0, **more: Any
) -> AddOffsetsToTxnRequest:
    """Return the request that adds a group's offsets to a transaction."""
    usual = {
        "transactional_id": it.name,
        "producer_id": pid,
        "producer_epoch": epoch,
        "group_id": it.name,
    }
    return AddOffsetsToTxnRequest(**{**usual, **more})


def commit(
    it: Ground, pid: int = 5, epoch: int = 0, **more: Any
) -> TxnOffsetCommitRequest:
    """Return the commit of an offset within a transaction."""
    row = TxnOffsetCommitRequestPartition(
        partition_index=more.pop("at", 0), committed_offset=1, committed_metadata=""
    )
    name = more.pop("topic", it.standing.name)
    topic = TxnOffsetCommitRequestTopic(name=name, partitions=(row,))
    usual = {
        "transactional_id": it.name,
        "group_id": it.name,
        "producer_id": pid,
        "producer_epoch": epoch,
        "topics": (topic,),
    }
    return TxnOffsetCommitRequest(**{**usual, **more})


def begun(it: Ground, **more: Any) -> Any:
    """Get an id for transactions; return it and its epoch."""
    came = yield new_id(transactional_id=it.name, **more)
    return came.producer_id, came.producer_epoch


def ids(it: Ground) -> Script:
    """A transactional id is asked for twice: its epoch rises."""
    yield from begun(it)
    yield from begun(it)


def wrong_time_outs(it: Ground) -> Script:
    """Transactions that may last too long, or no time."""
    for timeout_ms in (10**9, 0, -1):
        yield new_id(transactional_id=it.name, transaction_timeout_ms=timeout_ms)


def ended_at_once(it: Ground) -> Script:
    """What was never begun is ended."""
    pid, epoch = yield from begun(it)
    yield end(it, pid, epoch)
    yield end(it, pid, epoch + 5)
    yield end(it, pid + 1_000, epoch)


def wrong_additions(it: Ground) -> Script:
    """Partitions are added by somebody else, or are not there."""
    pid, epoch = yield from begun(it)
    yield add(it, pid, epoch + 5)
    yield add(it, pid + 1_000, epoch)
    yield add(it, pid, epoch, topic=UNKNOWN.name)
    yield add(it, pid, epoch, at=(0, 7))
    yield add(it, pid, epoch, at=())


def described(it: Ground) -> Script:
    """A transaction is described before it has anything."""
    yield from begun(it)
    yield DescribeTransactionsRequest(transactional_ids=(it.name, "compare-nobody"))


PROBES = (
    *asking(
        "AllocateProducerIds",
        {
            "unknown-broker": lambda it: AllocateProducerIdsRequest(broker_id=77),
            "stale": lambda it: AllocateProducerIdsRequest(broker_id=it.broker),
        },
    ),
    Probe("InitProducerId", "transactional", ids),
    Probe("InitProducerId", "wrong-time-outs", wrong_time_outs),
    *asking(
        "AddPartitionsToTxn",
        {
            "unknown-id": add,
            "no-id": lambda it: add(it, v3_and_below_transactional_id=""),
            "internal-topic": lambda it: add(it, topic="__consumer_offsets"),
            "internal-topic-without-the-partition": lambda it: add(
                it, topic="__consumer_offsets", at=(99,)
            ),
        },
        last=OLD,
    ),
    Probe("AddPartitionsToTxn", "wrong-additions", wrong_additions, last=OLD),
    *asking(
        "AddOffsetsToTxn",
        {
            "unknown-id": add_offsets,
            "no-id": lambda it: add_offsets(it, transactional_id=""),
            "no-group": lambda it: add_offsets(it, group_id=""),
        },
    ),
    *asking("EndTxn", {"unknown-id": end}),
    Probe("EndTxn", "ended-at-once", ended_at_once),
    *asking(
        "TxnOffsetCommit",
        {
            "of-no-transaction": commit,
            "no-topic": lambda it: commit(it, topic=UNKNOWN.name),
            "no-partition": lambda it: commit(it, at=7),
            "no-group": lambda it: commit(it, group_id=""),
            "by-a-member": lambda it: commit(it, generation_id=3, member_id="m"),
        },
    ),
    *asking(
        "DescribeTransactions",
        {
            "nobody": lambda it: DescribeTransactionsRequest(transactional_ids=("x",)),
            "no-id": lambda it: DescribeTransactionsRequest(transactional_ids=("",)),
            "none": lambda it: DescribeTransactionsRequest(transactional_ids=()),
        },
    ),
    Probe("DescribeTransactions", "described", described),
    *asking(
        "ListTransactions",
        {
            "unknown-state": lambda it: ListTransactionsRequest(
                state_filters=("Nonsense",), producer_id_filters=()
            ),
            "unknown-producer": lambda it: ListTransactionsRequest(
                state_filters=(), producer_id_filters=(123_456,)
            ),
            "bad-pattern": lambda it: ListTransactionsRequest(
                state_filters=(), producer_id_filters=(), transactional_id_pattern="["
            ),
        },
    ),
)
