"""Segments and times: what is found in logs of several, and which times are taken."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from logion.clock import SystemClock
from logion.log.segments import Found, Segments
from logion.protocol.errors import ApiError, Error
from logion.records.batch import Batch, TimestampType
from logion.records.validation import ProduceRules

from logion_harness.miniatures.miniature import Miniature
from logion_harness.miniatures.seams import (
    always,
    instead,
    swapped,
    tells,
    unsaid,
)

SEGMENTS = "logion.log.segments:Segments"
VALIDATION = "logion.records.validation"
PARTITION = "logion.replica.partition:Partition"

HOUR_MS = 3_600_000

Find = Callable[[Segments, int, int], Found | None]


def in_the_newest(find: Find) -> Find:
    """Look for a time in the newest segment alone."""

    def wrong(segments: Segments, timestamp: int, start: int) -> Found | None:
        begin = segments.active.base_offset
        return find(segments, timestamp, max(start, begin))

    return wrong


def behind_older(find: Find) -> Find:
    """Look for a time only behind the last segment that is older."""

    def wrong(segments: Segments, timestamp: int, start: int) -> Found | None:
        for segment in segments:
            if segment.newest[0] < timestamp:
                start = max(start, segment.base_offset + 1)
        return find(segments, timestamp, start)

    return wrong


def never_the_first(read: Callable[..., Any]) -> Callable[..., Any]:
    """Find nothing where a segment begins, other than the first one."""

    def wrong(segments: Segments, offset: int, *given: Any, **more: Any) -> Any:
        begins = {it.base_offset for it in segments} - {segments[0].base_offset}
        if offset in begins:
            return segments.active.slice(0, 0)
        return read(segments, offset, *given, **more)

    return wrong


def by_a_byte(check: Callable[..., None]) -> Callable[..., None]:
    """Take an entry of a byte more than the limit."""

    def wrong(view: Any, batch: Batch, rules: ProduceRules) -> None:
        more = rules._replace(message_size_max=rules.message_size_max + 1)
        check(view, batch, more)

    return wrong


def their_own_if_packed(place: Callable[..., Any]) -> Callable[..., Any]:
    """Leave the producer's times to compressed records."""

    def wrong(view: Any, batches: Sequence[Batch], rules: ProduceRules, at: Any) -> Any:
        if batches[0].is_compressed:
            rules = rules._replace(timestamp_type=TimestampType.CREATE_TIME)
        return place(view, batches, rules, at)

    return wrong


def within_an_hour(check: Callable[..., None]) -> Callable[..., None]:
    """Refuse what is hours older or newer, whatever the topic has for its times."""

    def wrong(view: Any, batch: Batch, rules: ProduceRules) -> None:
        check(view, batch, rules)
        if abs(SystemClock().time_ms() - batch.max_timestamp) > 2 * HOUR_MS:
            raise ApiError(Error.INVALID_TIMESTAMP)

    return wrong


def as_is_set(_: property) -> property:
    """Ask for as many replicas as is set, however many there are."""
    return property(lambda self: self.log.settings.min_in_sync_replicas)


MINIATURES = (
    Miniature(
        "looks-in-the-newest-segment",
        "looks for a time in the newest segment of a log alone",
        ("segments.by-time",),
        swapped(f"{SEGMENTS}.first_since", in_the_newest),
    ),
    Miniature(
        "takes-segments-for-ordered",
        "looks for a time only behind the last segment that is older",
        ("segments.out-of-order",),
        swapped(f"{SEGMENTS}.first_since", behind_older),
    ),
    Miniature(
        "lists-the-ends-alone",
        "lists the two ends of a log in version 0, and no segment between them",
        ("segments.listed",),
        tells(
            "ListOffsets",
            "topics.partitions.old_style_offsets",
            lambda it: it if len(it) < 2 else (it[0], it[-1]),
        ),
        release="2.8",
    ),
    Miniature(
        "ends-with-a-segment",
        "finds nothing to read where a segment begins",
        ("segments.read",),
        swapped(f"{SEGMENTS}.read", never_the_first),
    ),
    Miniature(
        "fits-anything-in",
        "says that a batch is appended that is larger than a segment",
        ("segments.too-large",),
        unsaid("Produce", Error.RECORD_LIST_TOO_LARGE),
    ),
    Miniature(
        "takes-a-byte-more",
        "appends a batch of one byte more than the limit",
        ("produce.size.limit",),
        swapped(f"{VALIDATION}:_check_entry", by_a_byte),
    ),
    Miniature(
        "takes-any-time",
        "appends records of any time, and batches that claim an append time",
        ("timestamps.before", "timestamps.after", "timestamps.append-time.claimed"),
        swapped(f"{VALIDATION}:_timestamp_problem", instead("")),
    ),
    Miniature(
        "took-any-time",
        "appends records of any time, as of a release that knew one limit",
        ("timestamps.difference",),
        swapped(f"{VALIDATION}:_timestamp_problem", instead("")),
        release="2.8",
    ),
    Miniature(
        "limits-what-it-replaces",
        "refuses records of another time than now, also where it gives them its own",
        ("timestamps.append-time.any",),
        swapped(f"{VALIDATION}:_check_entry", within_an_hour),
    ),
    Miniature(
        "leaves-packed-times",
        "leaves their producer's times to compressed records, whatever is set",
        ("timestamps.append-time.compressed",),
        swapped(f"{VALIDATION}:_stamped", their_own_if_packed),
    ),
    Miniature(
        "blames-nobody",
        "does not say which record of a batch was refused",
        ("timestamps.after",),
        tells("Produce", "responses.partition_responses.record_errors", always(())),
    ),
    Miniature(
        "takes-records-alone",
        "appends with acks of -1 although too few replicas are in sync",
        ("produce.replicas.too-few",),
        swapped(f"{PARTITION}.lacks_replicas", lambda _: property(lambda _: False)),
        release="2.8",
    ),
    Miniature(
        "asks-for-who-is-not-there",
        "asks for more replicas in sync than a partition has",
        ("produce.replicas.all",),
        swapped(f"{PARTITION}._min_in_sync", as_is_set),
    ),
)
