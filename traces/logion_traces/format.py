"""The trace file: JSON lines, a header and then one line per frame.

The bytes are the authority, so a trace can be decoded again by a later codec; they are
those of a frame without the four bytes of its size. `docs/traces.md` specifies the
format. Frames stand in the order in which the recorder saw them.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from enum import Enum
from typing import Any, NamedTuple

FORMAT = "logion-trace"
FORMAT_VERSION = 1


class TraceError(Exception):
    """A file is not a trace; the text names the line and what was expected."""


class Direction(Enum):
    """Who sent a frame."""

    REQUEST = "request"
    RESPONSE = "response"


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """From what a trace was recorded: without this nobody can judge it later."""

    broker: str
    """Name of the broker, such as `Apache Kafka`."""
    broker_version: str
    client: str
    """Name of the client library or tool."""
    client_version: str
    date: str
    """Day of the recording in UTC, as YYYY-MM-DD."""
    command: str
    """Command line of the client, free of paths of the machine."""


class Frame(NamedTuple):
    """One request or response as it went over the wire."""

    connection: int
    """Number of the connection, in the order in which they were opened."""
    direction: Direction
    t_ms: int
    """Milliseconds since the recorder started."""
    data: bytes
    """The frame without its size."""


@dataclass(frozen=True, slots=True)
class Trace:
    """A recorded conversation between one client program and one broker."""

    header: Header
    frames: tuple[Frame, ...]


def write_header(header: Header) -> str:
    """Return the first line of a trace."""
    return _line({"format": FORMAT, "format_version": FORMAT_VERSION, **asdict(header)})


def write_frame(frame: Frame) -> str:
    """Return a frame's line."""
    return _line(
        {
            "connection": frame.connection,
            "direction": frame.direction.value,
            "t_ms": frame.t_ms,
            "bytes": base64.b64encode(frame.data).decode("ascii"),
        }
    )


def _line(fields: dict[str, Any]) -> str:
    return json.dumps(fields, ensure_ascii=False) + "\n"


def write_trace(trace: Trace) -> str:
    """Return the text of a trace file: the inverse of `read_trace`."""
    return write_header(trace.header) + "".join(map(write_frame, trace.frames))


def read_trace(lines: Iterable[str]) -> Trace:
    """Return the trace in these lines; TraceError names a line that is not one."""
    objects = _objects(lines)
    number, first = next(objects, (1, {}))
    if (first.get("format"), first.get("format_version")) != (FORMAT, FORMAT_VERSION):
        found = f"{first.get('format')!r} {first.get('format_version')!r}"
        raise TraceError(
            f"line {number}: found format {found}, expected {FORMAT!r} {FORMAT_VERSION}"
        )
    header = _header(number, first)
    return Trace(header, tuple(_frame(number, line) for number, line in objects))


def _objects(lines: Iterable[str]) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            fields = json.loads(line)
        except ValueError as error:
            raise TraceError(f"line {number}: not JSON: {error}") from None
        if not isinstance(fields, dict):
            raise TraceError(f"line {number}: expected an object, found {line[:40]!r}")
        yield number, fields


def _header(number: int, fields: dict[str, Any]) -> Header:
    names = Header.__slots__
    if missing := [name for name in names if not isinstance(fields.get(name), str)]:
        raise TraceError(f"line {number}: the header has no text {missing[0]!r}")
    return Header(**{name: fields[name] for name in names})


def _frame(number: int, fields: dict[str, Any]) -> Frame:
    try:
        return Frame(
            connection=int(fields["connection"]),
            direction=Direction(fields["direction"]),
            t_ms=int(fields["t_ms"]),
            data=base64.b64decode(fields["bytes"], validate=True),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise TraceError(f"line {number}: not a frame: {error!r}") from None
