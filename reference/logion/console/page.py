"""What pages are made with: the broker, a template, what the address asks for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, Generic, NamedTuple, TypeVar
from urllib.parse import quote, urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from logion import __version__
from logion.broker.broker import Broker
from logion.broker.inspection import identity_of

T = TypeVar("T")

FOLDER = Path(__file__).parent

ROWS = 50
"""Rows of a table on one page."""

TIME_MS_MAX = 253_402_300_799_999
"""The end of the year 9999: later times are shown as numbers."""


class PageError(Exception):
    """A page that cannot be shown: `status` is HTTP's, the text says why."""

    def __init__(self, status: int, text: str) -> None:
        """Refuse with `status`."""
        super().__init__(text)
        self.status = status
        self.text = text


class Slice(NamedTuple, Generic[T]):
    """The rows of one page of a table, and where they stand in it."""

    rows: Sequence[T]
    number: int
    """Of the page, from 1."""
    pages: int
    total: int
    """Rows of the whole table."""

    @property
    def first(self) -> int:
        """Return the number of its first row, from 1; 0 if there are none."""
        return min(self.total, (self.number - 1) * ROWS + 1)


def broker_of(request: Request) -> Broker:
    """Return the broker that the console is about."""
    broker: Broker = request.app.state.broker
    return broker


def integer(request: Request, name: str) -> int | None:
    """Return a number of the query, None if it is not there.

    Raises PageError 400 for what is no whole number of at most 64 bits.
    """
    text = request.query_params.get(name, "").strip()
    if text == "":
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise PageError(400, f"{name} is {text[:40]!r}: expected a whole number.")
    return int(text)


def page_of(request: Request, rows: Sequence[T]) -> Slice[T]:
    """Return the rows that the query's `page` asks for; the last page if past it."""
    pages = max(1, -(-len(rows) // ROWS))
    number = min(max(1, integer(request, "page") or 1), pages)
    start = (number - 1) * ROWS
    return Slice(rows[start : start + ROWS], number, pages, len(rows))


def render(
    request: Request, template: str, status: int = 200, **facts: Any
) -> HTMLResponse:
    """Return a page made by a template of this package."""
    identity = identity_of(broker_of(request).state)
    page = _templates().get_template(template)
    text = page.render(
        broker=identity,
        now_ms=identity.time_ms,
        path=request.url.path,
        query=defaultdict(str, request.query_params),
        **facts,
    )
    # Half of a surrogate pair can stand in old data, and in no answer.
    return HTMLResponse(text.encode(errors="replace"), status)


@cache
def _templates() -> Environment:
    templates = Environment(
        loader=FileSystemLoader(FOLDER / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.filters |= {
        "ago": ago,
        "duration": duration,
        "number": number,
        "size": size,
        "timestamp": timestamp,
        "url": lambda text: quote(str(text), safe=""),
    }
    templates.globals |= {"version": __version__, "address": address}
    return templates


def address(path: str, **query: object) -> str:
    """Return a path with its query; what is None is left out."""
    asked = {name: value for name, value in query.items() if value not in (None, "")}
    return f"{path}?{urlencode(asked)}" if asked else path


def number(value: int) -> str:
    """Return a whole number with commas between thousands."""
    return f"{value:,}"


def size(value: int) -> str:
    """Return bytes in a unit that leaves few digits: `1.5 KiB`."""
    amount = float(value)
    for unit in ("bytes", "KiB", "MiB", "GiB"):
        if amount < 1024 or unit == "GiB":
            break
        amount /= 1024
    return f"{value:,} bytes" if unit == "bytes" else f"{amount:,.1f} {unit}"


def timestamp(time_ms: int) -> str:
    """Return a time, UTC, to the millisecond; one out of the calendar as a number."""
    if not 0 <= time_ms <= TIME_MS_MAX:
        return "none" if time_ms == -1 else f"{time_ms} ms"
    moment = datetime.fromtimestamp(time_ms // 1000, UTC)
    return f"{moment:%Y-%m-%d %H:%M:%S}.{time_ms % 1000:03} UTC"


def duration(milliseconds: float) -> str:
    """Return a duration in a unit that leaves few digits: `0.3 ms`, `5 min`."""
    seconds = milliseconds / 1000
    if seconds < 1:
        return f"{milliseconds:.1f} ms"
    for unit, length in (("s", 60), ("min", 60), ("h", 48)):
        if seconds < length:
            return f"{seconds:.1f} {unit}" if unit == "s" else f"{seconds:.0f} {unit}"
        seconds /= 60 if unit != "h" else 24
    return f"{seconds:,.0f} days"


def ago(time_ms: int, now_ms: int) -> str:
    """Return how long ago a time was."""
    return "now" if time_ms >= now_ms else f"{duration(now_ms - time_ms)} ago"
