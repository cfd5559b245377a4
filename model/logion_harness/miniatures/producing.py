"""Producing: offsets, acknowledgements, and which batches a broker lets in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import trio
from logion.broker.context import Context
from logion.broker.dispatch import Handler
from logion.broker.state import BrokerState
from logion.protocol.errors import Error
from logion.records.batch import Batch
from logion.records.codec import Codec
from logion.records.record import Record
from logion.records.validation import ProduceRules

from logion_harness.miniatures.miniature import Miniature
from logion_harness.miniatures.seams import (
    always,
    answering,
    changed,
    handled,
    hears,
    instead,
    one_for_all,
    swapped,
    tells,
    together,
    unsaid,
)

VALIDATION = "logion.records.validation"
"""What decides on batches at the door; the suite does not use it."""

ANSWERS = ("responses", "partition_responses")
OFFSET = "responses.partition_responses.base_offset"
RECORDS = "topic_data.partition_data.records"

MANY = 25
"""So many records no other case sends in a batch."""

MAGIC = 16
"""Where a batch has its magic, in bytes from its start."""


def with_gaps_behind(is_odd: Callable[[int], bool]) -> Callable[[Any], Any]:
    """Place what comes behind batches of some lengths further on than those end."""

    def with_gaps(validate: Callable[..., Any]) -> Callable[..., Any]:
        ends: set[int] = set()

        def wrong(*given: Any, base_offset: int, **more: Any) -> Any:
            offset = base_offset + (base_offset in ends)
            found = validate(*given, base_offset=offset, **more)
            if is_odd(found.last_offset - offset + 1):
                ends.add(found.last_offset + 1)
            return found

        return wrong

    return with_gaps


def without_offset(request: Any, answer: Any, _: Context) -> Any:
    """Keep the offset from a producer that waits for the leader alone."""
    if request.acks != 1:
        return answer
    return changed(answer, (*ANSWERS, "base_offset"), always(-1))


def counted_together(_: Any, answer: Any, __: Context) -> Any:
    """Count the records of the partitions before into an offset."""

    def counted(partition: Any) -> Any:
        return changed(partition, ("base_offset",), lambda it: it + partition.index)

    return changed(answer, ANSWERS, lambda partitions: tuple(map(counted, partitions)))


def twice_when_crowded(handle: Handler) -> Handler:
    """Give the offset before to who produces while another does."""
    present: list[object] = []

    async def wrong(broker: BrokerState, context: Context, request: Any) -> Any:
        present.append(context)
        await trio.sleep(0.005)
        answer = await handle(broker, context, request)
        is_crowded = len(present) > 1
        present.pop()
        if answer is None or not is_crowded:
            return answer
        names = (*ANSWERS, "base_offset")
        return changed(answer, names, lambda offset: max(0, offset - 1))

    return wrong


def unlimited(check: Callable[..., None]) -> Callable[..., None]:
    """Check an entry as if any size would do."""
    return lambda view, batch, rules: check(
        view, batch, rules._replace(message_size_max=2**31 - 1)
    )


def of_any_format(check: Callable[..., None]) -> Callable[..., None]:
    """Check requests with old message sets as requests of their time were."""

    def wrong(batches: Sequence[Batch], produce_version: int) -> None:
        is_old = bool(batches) and batches[0].magic < 2
        check(batches, 2 if is_old else produce_version)

    return wrong


def zstd_at_any_time(check: Callable[..., None]) -> Callable[..., None]:
    """Check requests from version 3 on as those of version 7."""
    return lambda batches, version: check(batches, version if version < 3 else 7)


def of_several(check: Callable[..., None]) -> Callable[..., None]:
    """Check the first batch of a request alone."""
    return lambda batches, version: check(batches[:1], version)


def as_known_magic(records: Any) -> Any:
    """Take a batch of an unknown format for one of the newest known."""
    if records is None or len(records) <= MAGIC or records[MAGIC] <= 2:
        return records
    known = bytearray(records)
    known[MAGIC] = 2
    return bytes(known)


def miscounted(check: Callable[..., None]) -> Callable[..., None]:
    """Believe the count of a batch that spans another number of offsets."""

    def wrong(batch: Batch, rules: ProduceRules) -> None:
        spanned = batch.last_offset - batch.base_offset + 1
        check(batch._replace(count=spanned) if batch.count else batch, rules)

    return wrong


def unless(excused: Callable[[Batch], bool]) -> Callable[[Any], Any]:
    """Check no batch that is excused."""

    def by(check: Callable[..., None]) -> Callable[..., None]:
        def wrong(batch: Batch, rules: ProduceRules) -> None:
            if not excused(batch):
                check(batch, rules)

        return wrong

    return by


def from_any_offset(check: Callable[..., None]) -> Callable[..., None]:
    """Check a batch as if it counted from 0."""
    return lambda view, batch, rules: check(
        view,
        batch._replace(
            base_offset=0, last_offset=batch.last_offset - batch.base_offset
        ),
        rules,
    )


def keyless(check: Callable[..., None]) -> Callable[..., None]:
    """Check records of a compacted topic as those of any other."""
    return lambda records, batch, rules, now_ms: check(
        records, batch, rules._replace(is_compacted=False), now_ms
    )


def uncompressed(prepare: Callable[..., Any]) -> Callable[..., Any]:
    """Store whatever comes without compression."""
    return lambda buffer, rules, *more: prepare(
        buffer, rules._replace(codec=Codec.NONE), *more
    )


def without_headers(read: Callable[..., list[Record]]) -> Callable[..., list[Record]]:
    """Read records without their headers."""
    return lambda *given: [it._replace(headers=()) for it in read(*given)]


def without_third_header(
    read: Callable[..., list[Record]],
) -> Callable[..., list[Record]]:
    """Read records with two headers at most, if their value is empty."""

    def cut(record: Record) -> Record:
        return record if record.value else record._replace(headers=record.headers[:2])

    return lambda *given: list(map(cut, read(*given)))


def without_epoch(stamp: Callable[..., Any]) -> Callable[..., Any]:
    """Place a batch without its leader's epoch."""
    return lambda *given, **more: stamp(*given, **{**more, "leader_epoch": -1})


def as_one(restamped: Callable[..., Any]) -> Callable[..., Any]:
    """Give a compressed set one offset, however many records it has."""
    return lambda view, batch, records, *more: restamped(
        view, batch, records[:1], *more
    )


MINIATURES = (
    Miniature(
        "skips-offsets",
        "leaves an offset out behind a batch of three records",
        ("produce.offsets.consecutive",),
        swapped(
            "logion.log.log:validate_produced", with_gaps_behind(lambda it: it == 3)
        ),
    ),
    Miniature(
        "leader-acks-without-offset",
        "does not say where records went that the leader alone has acknowledged",
        ("produce.acks.each",),
        answering("Produce", without_offset),
    ),
    Miniature(
        "answers-acks-zero",
        "answers producers that want no acknowledgement",
        ("produce.acks.none",),
        hears("Produce", "acks", lambda acks: acks or 1),
    ),
    Miniature(
        "stays-after-failed-acks-zero",
        "keeps the connection of a producer whose records it lost without a word",
        ("produce.acks.none-failed",),
        swapped("logion.broker.handlers.produce:_close_on_failure", instead(None)),
    ),
    Miniature(
        "takes-any-acks",
        "waits for as many copies as `acks` says, however many",
        ("produce.acks.invalid-value",),
        swapped("logion.broker.handlers.produce:_is_known", instead(value=True)),
    ),
    Miniature(
        "swallows-unknown-topic-ids",
        "says that records for a topic which is not there are written",
        ("produce.topic.unknown", "produce.topic-id.zero"),
        unsaid("Produce", Error.UNKNOWN_TOPIC_ID),
    ),
    Miniature(
        "one-partition-fails-all",
        "tells all partitions of a produce the error of one",
        ("produce.partition.unknown",),
        one_for_all("Produce", *ANSWERS),
    ),
    Miniature(
        "counts-across-partitions",
        "counts the records of other partitions into an offset",
        ("produce.partitions.independent",),
        answering("Produce", counted_together),
    ),
    Miniature(
        "keeps-the-producers-time",
        "leaves the time of a producer in a topic of LogAppendTime",
        ("produce.log-append-time",),
        swapped(f"{VALIDATION}:_append_time", instead(None)),
    ),
    Miniature(
        "tells-an-append-time",
        "tells an append time where the producer's time is kept",
        ("produce.create-time",),
        tells("Produce", "responses.partition_responses.log_append_time_ms", always(0)),
    ),
    Miniature(
        "hides-the-log-start",
        "does not tell a producer where the log starts",
        ("produce.log-start-offset",),
        tells("Produce", "responses.partition_responses.log_start_offset", always(-1)),
    ),
    Miniature(
        "knows-no-largest-message",
        "appends batches above `max.message.bytes`",
        ("produce.size.too-large", "configs.changed.effective"),
        swapped(f"{VALIDATION}:_check_entry", unlimited),
    ),
    Miniature(
        "gives-an-offset-twice",
        "gives one offset to two producers that write at the same time",
        ("produce.concurrent", "histories.produce"),
        handled("Produce", twice_when_crowded),
    ),
    Miniature(
        "ignores-crc",
        "appends batches whatever checksum they claim",
        ("batches.crc.wrong",),
        swapped(f"{VALIDATION}:check_crc", instead(None)),
    ),
    Miniature(
        "takes-old-message-sets",
        "appends message sets of old formats that come in new requests",
        ("batches.magic.old",),
        swapped(f"{VALIDATION}:_check_request", of_any_format),
    ),
    Miniature(
        "takes-any-magic",
        "takes a batch of an unknown format for one that it knows",
        ("batches.magic.unknown",),
        hears("Produce", RECORDS, as_known_magic),
    ),
    Miniature(
        "believes-any-count",
        "appends a batch that spans other offsets than it has records",
        ("batches.count.wrong",),
        swapped(f"{VALIDATION}:_check_batch", miscounted),
    ),
    Miniature(
        "appends-empty-batches",
        "appends batches without records",
        ("batches.empty",),
        swapped(f"{VALIDATION}:_check_batch", unless(lambda it: not it.count)),
    ),
    Miniature(
        "takes-several-batches",
        "appends several batches of one partition in a request",
        ("batches.several",),
        together(
            swapped(f"{VALIDATION}:_check_request", of_several),
            swapped(f"{VALIDATION}:_check_single", instead(None)),
        ),
    ),
    Miniature(
        "takes-any-base-offset",
        "appends a batch that counts from another offset than 0",
        ("batches.base-offset",),
        swapped(f"{VALIDATION}:_check_entry", from_any_offset),
    ),
    Miniature(
        "takes-markers-from-clients",
        "appends control batches of clients",
        ("batches.control",),
        swapped(f"{VALIDATION}:_check_batch", unless(lambda it: it.is_control)),
    ),
    Miniature(
        "compacts-without-keys",
        "appends records without a key to a compacted topic",
        ("batches.compacted.keyless",),
        swapped(f"{VALIDATION}:_check_records", keyless),
    ),
    Miniature(
        "takes-zstd-at-any-time",
        "appends zstd from producers of a time before it",
        ("batches.zstd.too-early",),
        swapped(f"{VALIDATION}:_check_request", zstd_at_any_time),
    ),
    Miniature(
        "unpacks-everything",
        "stores every batch without compression",
        ("batches.codecs",),
        swapped(f"{VALIDATION}:_prepared", uncompressed),
    ),
    Miniature(
        "one-offset-for-a-set",
        "gives a compressed message set one offset, however many records it has",
        ("batches.codecs.old",),
        swapped(f"{VALIDATION}:_restamped", as_one),
        release="0.10.0",
    ),
    Miniature(
        "drops-headers",
        "writes records anew and leaves their headers out",
        ("batches.content.kept",),
        together(
            swapped(f"{VALIDATION}:_is_header_enough", instead(value=False)),
            swapped(f"{VALIDATION}:_stays", instead(value=False)),
            swapped(f"{VALIDATION}:_read", without_headers),
        ),
    ),
    Miniature(
        "stamps-no-epoch",
        "stores batches without the epoch of their leader",
        ("batches.stored",),
        swapped(f"{VALIDATION}:stamp", without_epoch),
    ),
    Miniature(
        "skips-an-offset-behind-many",
        "leaves an offset out behind a batch of many records",
        ("records.any.offsets",),
        swapped(
            "logion.log.log:validate_produced", with_gaps_behind(lambda it: it > MANY)
        ),
    ),
    Miniature(
        "cuts-headers",
        "writes records anew, and those without a value with two headers at most",
        ("records.any.content",),
        together(
            swapped(f"{VALIDATION}:_is_header_enough", instead(value=False)),
            swapped(f"{VALIDATION}:_stays", instead(value=False)),
            swapped(f"{VALIDATION}:_read", without_third_header),
        ),
    ),
)
