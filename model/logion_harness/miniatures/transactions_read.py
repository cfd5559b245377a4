"""What transactions write: records, markers, offsets of groups, and who reads them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from logion.group.classic.steps import Sender
from logion.group.committing import commit
from logion.group.coordinator import GroupCoordinator
from logion.group.offsets import CommittedOffset
from logion.group.shard import Committer
from logion.names import TopicPartition
from logion.protocol.errors import Error

from logion_harness.miniatures.miniature import Miniature
from logion_harness.miniatures.seams import (
    always,
    instead,
    swapped,
    tells,
    unsaid,
)

PRODUCE = "logion.broker.handlers.produce"
COMMITTING = "logion.broker.handlers.txn_offset_commit"
LOG = "logion.log.log:Log"


def nothing(_: Any) -> Any:
    """Do nothing when awaited."""

    async def wrong(*_: object) -> None:
        return None

    return wrong


def at_once(_: Any) -> Any:
    """Commit offsets of a transaction as any others."""

    async def wrong(
        groups: GroupCoordinator,
        group_id: str,
        sender: Sender,
        offsets: Mapping[TopicPartition, CommittedOffset],
        _: Committer,
    ) -> Error:
        return await commit(groups, group_id, sender, offsets)

    return wrong


MINIATURES = (
    Miniature(
        "reads-what-may-be-aborted",
        "has readers of committed records read open transactions",
        (
            "transactions.read.open",
            "transactions.read.offsets",
            "transactions.read.waits",
            "histories.transactions",
        ),
        swapped(
            f"{LOG}.last_stable_offset",
            lambda _: lambda _, high_watermark: high_watermark,
        ),
    ),
    Miniature(
        "keeps-aborts-to-itself",
        "does not tell readers of committed records what was aborted",
        (
            "transactions.read.aborted",
            "transactions.markers.hanging",
            "histories.transactions",
        ),
        swapped(f"{LOG}.aborted", instead([])),
    ),
    Miniature(
        "hides-open-transactions",
        "describes producers without their open transactions",
        ("transactions.read.producers",),
        tells(
            "DescribeProducers",
            "topics.partitions.active_producers.current_txn_start_offset",
            always(-1),
        ),
    ),
    Miniature(
        "verifies-nothing",
        "appends to partitions that the transaction does not have",
        ("transactions.write.not-added",),
        swapped(f"{PRODUCE}:_unverified", instead(None)),
    ),
    Miniature(
        "adds-no-written-partitions",
        "does not add partitions to a transaction that writes to them",
        ("transactions.write.adds",),
        swapped(f"{PRODUCE}:_add_partitions", nothing),
    ),
    Miniature(
        "says-that-zombies-write",
        "says that a producer has written which others have replaced",
        ("transactions.write.fenced", "idempotence.epoch.old"),
        unsaid("Produce", Error.INVALID_PRODUCER_EPOCH),
    ),
    Miniature(
        "needs-no-transactional-id",
        "says that a batch of a transaction is written in a request without its id",
        ("transactions.write.outside",),
        unsaid("Produce", Error.TRANSACTIONAL_ID_AUTHORIZATION_FAILED),
    ),
    Miniature(
        "marks-for-zombies",
        "says that markers of earlier producers are written",
        ("transactions.markers.fenced", "transactions.markers.epochs"),
        unsaid("WriteTxnMarkers", Error.INVALID_PRODUCER_EPOCH),
    ),
    Miniature(
        "marks-for-old-coordinators",
        "says that markers of earlier coordinators are written",
        ("transactions.markers.fenced",),
        unsaid("WriteTxnMarkers", Error.TRANSACTION_COORDINATOR_FENCED),
    ),
    Miniature(
        "takes-late-markers",
        "ends a transaction by a marker of the one before",
        ("transactions.markers.epochs",),
        swapped("logion.log.producers:_is_stale", instead(value=False)),
    ),
    Miniature(
        "commits-offsets-at-once",
        "has offsets of a transaction count before it is committed",
        ("transactions.offsets", "transactions.offsets.unstable"),
        swapped(f"{COMMITTING}:commit_in_transaction", at_once),
    ),
    Miniature(
        "takes-open-offsets-for-stable",
        "tells who asks for stable offsets those that a transaction changes",
        ("transactions.offsets.unstable",),
        swapped("logion.broker.handlers.offset_fetch:unstable_offsets", instead(())),
    ),
    Miniature(
        "adds-no-groups",
        "does not add a group to a transaction that commits for it",
        ("transactions.offsets.adds",),
        swapped(f"{COMMITTING}:add", nothing),
    ),
    Miniature(
        "commits-for-any-member",
        "has transactions commit for members that a group does not have",
        ("transactions.offsets.members",),
        swapped("logion.group.committing:_transactional_error", instead(Error.NONE)),
    ),
    Miniature(
        "commits-nowhere",
        "says that a transaction has committed for a topic which is not there",
        ("transactions.offsets.refused",),
        unsaid("TxnOffsetCommit", Error.UNKNOWN_TOPIC_OR_PARTITION),
    ),
)
