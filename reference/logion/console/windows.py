"""A page of records from a log, newest or oldest first, with bounded work.

A page is a window of offsets. It narrows until its batches are few enough bytes, and
widens where compaction left nothing, so that a page costs about the same in every log.
Only `decoded` takes time by what the bytes are: it may run in another thread.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import NamedTuple

import trio
import trio.to_thread

from logion.disk import FileSlice
from logion.log.log import Log
from logion.log.segment import Segment
from logion.protocol.errors import ApiError
from logion.records.batch import Batch, scan_batches
from logion.records.control import ControlType, control_type
from logion.records.record import Record, read_batch

PAGE_BYTES = 1024 * 1024
"""Stored bytes a page may read, unless a single batch has more."""

BATCH_BYTES_MAX = 4 * 1024 * 1024
"""A larger batch is not read."""

BATCH_RECORDS_MAX = 100_000
"""A batch of more records is not decoded."""

DECOMPRESSED_MAX = 16 * 1024 * 1024
"""Bytes that one batch may decompress to."""

LOOKS_MAX = 10
"""How often a window that holds no records is made four times as wide."""


DECODING = trio.CapacityLimiter(1)
"""Pages decode one after the other, so that they leave the broker its time."""


class Stored(NamedTuple):
    """A record, and what its batch says."""

    record: Record
    batch: Batch

    @property
    def control(self) -> str:
        """Return what a control record says, "" for a record of a producer."""
        if not self.batch.is_control:
            return ""
        try:
            kind = control_type(self.record)
        except ApiError:
            return "control record"
        return MARKERS.get(kind, "control record")


MARKERS: Mapping[ControlType | None, str] = {
    ControlType.COMMIT: "transaction committed",
    ControlType.ABORT: "transaction aborted",
}


class Window(NamedTuple):
    """A range of offsets of a log, and the stored bytes that have them."""

    start: int
    end: int
    chunks: tuple[bytes, ...]
    problem: str = ""
    """Why the bytes are not there."""


@dataclass(frozen=True, slots=True)
class Page:
    """Records in the order in which they are shown, and the offsets they cover."""

    records: tuple[Stored, ...]
    start: int
    end: int
    problems: tuple[str, ...] = ()
    """What could not be shown, and why."""


async def read_page(log: Log, at: int, count: int, *, newest_first: bool) -> Page:
    """Return about `count` records of a log: below offset `at`, or from it on.

    Decoding is left to another thread. Raises ApiError KAFKA_STORAGE_ERROR.
    """
    at = max(log.start_offset, min(at, log.end_offset))
    covered, width = (at, at), count
    for _ in range(LOOKS_MAX):
        window = _window(log, at, width, newest_first=newest_first)
        decode = partial(decoded, window, count, newest_first=newest_first)
        page = await trio.to_thread.run_sync(decode, limiter=DECODING)
        covered = (min(covered[0], page.start), max(covered[1], page.end))
        at, edge = (
            (page.start, log.start_offset)
            if newest_first
            else (page.end, log.end_offset)
        )
        if page.records or page.problems or at == edge:
            break
        width *= 4
    return replace(page, start=covered[0], end=covered[1])


def _window(log: Log, at: int, width: int, *, newest_first: bool) -> Window:
    """Return the window next to `at`, at most `width` offsets, with its bytes."""
    log.directory.check()
    if newest_first:
        start, end = max(log.start_offset, at - width), at
    else:
        start, end = at, min(log.end_offset, at + width)
    try:
        parts = _parts(log, start, end)
        while _size(parts) > PAGE_BYTES and end - start > 1:
            middle = end - (end - start) // 2
            start, end = (middle, end) if newest_first else (start, middle)
            parts = _parts(log, start, end)
        if _size(parts) > BATCH_BYTES_MAX:
            text = f"The batch with offset {start} has {_size(parts):,} bytes"
            return Window(start, end, (), f"{text}: too many to show.")
        return Window(start, end, tuple(part.read() for part in parts))
    except OSError as problem:
        return Window(start, end, (), f"The log cannot be read: {problem.strerror}.")


def _size(parts: Sequence[FileSlice]) -> int:
    return sum(map(len, parts))


def _parts(log: Log, start: int, end: int) -> list[FileSlice]:
    """Return the stored bytes that have the offsets of a window, by segment."""
    segments = log.segments
    ends = [*(it.base_offset for it in segments[1:]), log.end_offset]
    return [
        _part(segment, max(start, segment.base_offset), min(end, segment_end))
        for segment, segment_end in zip(segments, ends, strict=True)
        if max(start, segment.base_offset) < min(end, segment_end)
    ]


def _part(segment: Segment, start: int, end: int) -> FileSlice:
    """Return the entries of a segment that have offsets in [start, end), and perhaps
    one more: old formats do not say where an entry begins."""
    first, last = segment.find(start), segment.find(end - 1)
    position = segment.size if first is None else first.position
    until = segment.size if last is None else last.end
    return segment.slice(position, until - position)


def decoded(window: Window, count: int, *, newest_first: bool) -> Page:
    """Return the records of a window, at most `count`: those next to where it begins.

    What is damaged, or too much, is told and not shown.
    """
    found: list[Stored] = []
    problems = [window.problem] if window.problem else []
    for chunk in window.chunks:
        scan = scan_batches(chunk)
        for batch in scan.batches:
            found += _records(chunk, batch, window, problems)
        if scan.problem is not None and not scan.problem.missing:
            problems.append(f"Damaged: {scan.problem.message}.")
    start, end = window.start, window.end
    if newest_first:
        shown = found[: -count - 1 : -1]
        start = shown[-1].record.offset if len(shown) < len(found) else start
    else:
        shown = found[:count]
        end = shown[-1].record.offset + 1 if len(shown) < len(found) else end
    return Page(tuple(shown), start, end, tuple(problems))


def _records(
    chunk: bytes, batch: Batch, window: Window, problems: list[str]
) -> Sequence[Stored]:
    """Return the records of one batch in the window; note why there are none."""
    if (batch.count or 0) > BATCH_RECORDS_MAX:
        problems.append(
            f"The batch at offset {batch.base_offset} has {batch.count:,} records: "
            "too many to show."
        )
        return ()
    try:
        records = read_batch(chunk, batch, size_max=DECOMPRESSED_MAX)
    except ApiError as problem:
        text = f"The batch at offset {batch.base_offset} cannot be decoded"
        problems.append(f"{text}: {problem.message}.")
        return ()
    return [
        Stored(it, batch) for it in records if window.start <= it.offset < window.end
    ]
