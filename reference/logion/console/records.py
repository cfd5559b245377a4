"""Pages of one partition: its records, its log, its producers; and of one record."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import NamedTuple

import trio.to_thread
from starlette.requests import Request
from starlette.responses import Response

from logion.broker.inspection import log_of, view_partition
from logion.console.internal import key_and_value
from logion.console.page import PageError, broker_of, integer, render
from logion.console.showing import SIZE_MAX, WHOLE_SIZE_MAX, Shown, shown, visible
from logion.console.topics import topic_of
from logion.console.windows import DECODING, Page, Stored, read_page
from logion.log.log import Log
from logion.names import TopicPartition

RECORDS = 20
"""Records on one page."""

HEADER_SIZE_MAX = 256
"""Bytes of a header's value that a list of records shows."""

HEADERS_MAX = 20
"""Headers of a record that a list of records shows."""


class ShownRecord(NamedTuple):
    """A record as a page shows it."""

    stored: Stored
    key: Shown
    value: Shown
    headers: tuple[tuple[str, Shown], ...]
    header_count: int


async def partition(request: Request) -> Response:
    """Answer with records of a partition.

    The query says which: `before` an offset, `from` one on, since a `time`; the newest
    if it says nothing, or the oldest if `order` is `oldest`.
    """
    log = _log(request)
    newest_first = "from" not in request.query_params and not (
        request.query_params.get("order") == "oldest"
        or request.query_params.get("time")
    )
    at = _place(request, log)
    page = await read_page(log, at, RECORDS, newest_first=newest_first)
    older, newer = _neighbours(page, log, newest_first=newest_first)
    info = topic_of(request).partitions[log.name.partition]
    return render(
        request,
        "partition.html",
        partition=view_partition(broker_of(request).state, log.name.topic, info),
        log=log,
        records=await _shown(log.name.topic, page),
        page=page,
        newest_first=newest_first,
        older=older,
        newer=newer,
    )


def _place(request: Request, log: Log) -> int:
    """Return the offset at which the page begins."""
    if request.query_params.get("time"):
        found = log.offset_for_timestamp(_time_ms(request.query_params["time"]))
        return log.end_offset if found is None else found.offset
    start = integer(request, "from")
    before = integer(request, "before")
    if start is not None:
        return start
    if before is not None:
        return before
    is_oldest = request.query_params.get("order") == "oldest"
    return (
        log.start_offset
        if is_oldest or "from" in request.query_params
        else log.end_offset
    )


def _time_ms(text: str) -> int:
    """Return a time as a form sends it, in UTC; PageError 400 if it is none."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        text = f"time is {text[:40]!r}: expected one like 2026-01-31T12:00."
        raise PageError(400, text) from None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return int(moment.timestamp() * 1000)


def _neighbours(
    page: Page, log: Log, *, newest_first: bool
) -> tuple[dict[str, int], dict[str, int]]:
    """Return the queries of the pages with older and newer records, {} for none."""
    older: dict[str, int] = {}
    newer: dict[str, int] = {}
    if page.start > log.start_offset:
        if newest_first:
            older = {"before": page.start}
        else:
            older = {"from": max(log.start_offset, page.start - RECORDS)}
    if page.end < log.end_offset:
        if newest_first:
            newer = {"before": min(log.end_offset, page.end + RECORDS)}
        else:
            newer = {"from": page.end}
    return older, newer


async def record(request: Request) -> Response:
    """Answer with one record, with more of its bytes than a list shows."""
    log = _log(request)
    offset = request.path_params["offset"]
    if not log.start_offset <= offset < log.end_offset:
        raise PageError(404, f"There is no offset {offset} in {log.name}.")
    page = await read_page(log, offset, 1, newest_first=False)
    records = await _shown(log.name.topic, page, WHOLE_SIZE_MAX)
    if not records or records[0].stored.record.offset != offset:
        reason = " ".join(page.problems) or "Compaction may have taken it."
        raise PageError(404, f"There is no record {offset} in {log.name}. {reason}")
    return render(request, "record.html", name=log.name, record=records[0], log=log)


def _log(request: Request) -> Log:
    """Return the log that the path names; PageError 404 if it is not here."""
    name = TopicPartition(topic_of(request).name, request.path_params["partition"])
    found = log_of(broker_of(request).state, name)
    if found is None:
        raise PageError(404, f"There is no partition {name} on this broker.")
    return found


async def _shown(topic: str, page: Page, size_max: int = SIZE_MAX) -> list[ShownRecord]:
    """Return records as a page shows them; made in another thread."""

    def show() -> list[ShownRecord]:
        return [_show(topic, it, size_max) for it in page.records]

    return await trio.to_thread.run_sync(partial(show), limiter=DECODING)


def _show(topic: str, stored: Stored, size_max: int) -> ShownRecord:
    record = stored.record
    if stored.control:
        key, value = shown(record.key, size_max), shown(record.value, size_max)
    else:
        key, value = key_and_value(topic, record, size_max)
    headers = [
        (visible(name[:HEADER_SIZE_MAX]), shown(data, HEADER_SIZE_MAX))
        for name, data in record.headers[:HEADERS_MAX]
    ]
    return ShownRecord(stored, key, value, tuple(headers), len(record.headers))
