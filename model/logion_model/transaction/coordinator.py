"""What the transaction coordinator does with what it is asked: KIP-98, KIP-890.

Each function returns the coordinator as it is afterwards, or None if it refuses. What
it answers is in its log by then, so a coordinator that takes over knows it too.
"""

from __future__ import annotations

from logion_model.transaction.rules import Rules
from logion_model.transaction.state import (
    Coordinator,
    End,
    Marker,
    Phase,
    Result,
    complete,
    prepared,
)


def is_present(rules: Rules, now: Coordinator, epoch: int) -> bool:
    """Return whether requests with this producer epoch are heard."""
    return epoch == now.epoch or not rules.checks_epoch


def vouches(rules: Rules, now: Coordinator, epoch: int, partition: int) -> bool:
    """Return whether the producer has a transaction with this partition open."""
    is_ongoing = now.phase is Phase.ONGOING and partition in now.partitions
    return is_ongoing and is_present(rules, now, epoch)


def added(
    rules: Rules, now: Coordinator, epoch: int, partition: int
) -> Coordinator | None:
    """Return the coordinator once the partition is in the transaction."""
    if now.phase.is_prepared or not is_present(rules, now, epoch):
        return None
    return now._replace(phase=Phase.ONGOING, partitions=now.partitions | {partition})


def ended(now: Coordinator, result: Result, epoch: int) -> Coordinator:
    """Return the coordinator once an end is decided, for this epoch's markers."""
    phase = prepared(result) if now.partitions else complete(result)
    return now._replace(phase=phase, epoch=epoch)


def asked_to_end(rules: Rules, now: Coordinator, request: End) -> Coordinator | None:
    """Return the coordinator after an EndTxn that it answers without an error.

    That is one of an open transaction, or the repeat of the one that was last ended.
    With KIP-890 a repeat is known by its epoch, and there may be nothing to abort, but
    never nothing to commit.
    """
    if now.phase.is_prepared:
        return None
    if rules.bumps_epoch and request.epoch == now.epoch - 1:
        return now if now.phase is complete(request.result) else None
    if not is_present(rules, now, request.epoch):
        return None
    is_ongoing = now.phase is Phase.ONGOING
    if is_ongoing or (rules.bumps_epoch and request.result is Result.ABORT):
        return ended(now, request.result, now.epoch + rules.bumps_epoch)
    is_repeat = not rules.bumps_epoch and now.phase is complete(request.result)
    return now if is_repeat else None


def timed_out(now: Coordinator) -> Coordinator:
    """Return the coordinator once it aborts on its own: it fences the instance."""
    return ended(now, Result.ABORT, now.epoch + 1)


def marker(now: Coordinator, partition: int) -> Marker:
    """Return what it has written to the log of a partition."""
    result = Result(now.phase - Phase.PREPARE_ABORT)
    return Marker(now.epoch, now.own_epoch, result, partition)


def heard(now: Coordinator, partition: int) -> Coordinator:
    """Return the coordinator once it has heard that this log has its marker."""
    return now._replace(partitions=now.partitions - {partition})


def marked(now: Coordinator, partition: int) -> Coordinator:
    """Return the coordinator once it knows what that means for the transaction."""
    left = now.partitions - {partition}
    result = Result(now.phase - Phase.PREPARE_ABORT)
    phase = now.phase if left else complete(result)
    return now._replace(phase=phase, partitions=left)
