"""Idempotent producers: their ids, and the sequences by which retries are known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from logion.broker.context import Context
from logion.log.producers import Producer, on_batch
from logion.records.batch import Batch

from logion_harness.miniatures.miniature import Miniature
from logion_harness.miniatures.producing import VALIDATION, unless
from logion_harness.miniatures.seams import (
    always,
    answering,
    changed,
    instead,
    swapped,
)

PRODUCERS = "logion.log.producers"


def one_id_for_two(request: Any, answer: Any, _: Context) -> Any:
    """Give two producers without a transactional id the same one."""
    if request.transactional_id is not None:
        return answer
    return changed(answer, ("producer_id",), always(answer.producer_id & ~1))


def knowing_the_last(on_batch: Callable[..., Producer]) -> Callable[..., Producer]:
    """Remember a producer's last batch alone."""

    def wrong(producer: Producer | None, batch: Batch) -> Producer:
        after = on_batch(producer, batch)
        return replace(after, spans=after.spans[-1:])

    return wrong


def without_end(on_batch: Callable[..., Producer]) -> Callable[..., Producer]:
    """Go on counting after the largest sequence."""

    def wrong(producer: Producer | None, batch: Batch) -> Producer:
        after = on_batch(producer, batch)
        *before, span = after.spans
        last = span.base_sequence + span.last_offset - span.base_offset
        return replace(after, spans=(*before, span._replace(last_sequence=last)))

    return wrong


def over_all_partitions(check: Callable[..., None]) -> Callable[..., None]:
    """Count the sequences of a producer over all partitions."""
    last: dict[int, Batch] = {}

    def wrong(producer: Producer | None, batch: Batch, *more: Any) -> None:
        before = last.get(batch.producer_id)
        if producer is None and before is not None:
            producer = on_batch(None, before)
        check(producer, batch, *more)
        last[batch.producer_id] = batch

    return wrong


MINIATURES = (
    Miniature(
        "gives-a-producer-id-twice",
        "gives two producers the same id",
        ("idempotence.ids",),
        answering("InitProducerId", one_id_for_two),
    ),
    Miniature(
        "knows-no-batch-again",
        "does not know a batch that it has appended before",
        (
            "idempotence.duplicate",
            "idempotence.duplicate.of-five",
            "idempotence.leader-acks",
            "histories.idempotent",
        ),
        swapped(f"{PRODUCERS}:repeated", instead(None)),
    ),
    Miniature(
        "knows-the-last-batch-alone",
        "knows the last batch of a producer again, and none before it",
        ("idempotence.duplicate.of-five",),
        swapped(f"{PRODUCERS}:on_batch", knowing_the_last),
    ),
    Miniature(
        "takes-any-sequence",
        "appends a producer's batches whatever sequence they have",
        (
            "idempotence.gap",
            "idempotence.duplicate.forgotten",
            "idempotence.epoch.new",
        ),
        swapped(f"{PRODUCERS}:check_next", instead(None)),
    ),
    Miniature(
        "counts-without-end",
        "goes on counting sequences after the largest one",
        ("idempotence.wrap",),
        swapped(f"{PRODUCERS}:on_batch", without_end),
    ),
    Miniature(
        "takes-any-epoch",
        "appends what a producer of an earlier epoch writes",
        ("idempotence.epoch.old",),
        swapped(f"{PRODUCERS}:check_epoch", instead(None)),
    ),
    Miniature(
        "counts-over-partitions",
        "counts the sequences of a producer over all partitions",
        ("idempotence.partitions",),
        swapped(f"{PRODUCERS}:check_next", over_all_partitions),
    ),
    Miniature(
        "needs-no-sequence",
        "appends batches of a producer without a sequence",
        ("idempotence.sequence.missing",),
        swapped(
            f"{VALIDATION}:_check_batch",
            unless(lambda it: it.producer_id >= 0 and it.base_sequence < 0),
        ),
    ),
)
