"""The loop of every Python client program, and the form of a record in a line."""

from __future__ import annotations

import base64
import json
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

Job = dict[str, Any]
Record = dict[str, Any]
Headers = list[tuple[str, bytes]]


def encoded(data: bytes | None) -> str | None:
    """Return bytes as base64 text; None stays None."""
    return None if data is None else base64.b64encode(data).decode()


def decoded(text: str | None) -> bytes | None:
    """Return the bytes of base64 text; None stays None."""
    return None if text is None else base64.b64decode(text)


def headers_of(record: Record) -> Headers:
    """Return a record's headers as clients take them."""
    return [(name, base64.b64decode(value)) for name, value in record["headers"]]


def consumed(
    offset: int,
    timestamp: int,
    key: bytes | None,
    value: bytes | None,
    headers: Iterable[tuple[str, bytes]] | None,
) -> Record:
    """Return a consumed record as a line has it."""
    return {
        "offset": offset,
        "timestamp": timestamp,
        "key": encoded(key),
        "value": encoded(value),
        "headers": [[name, encoded(data)] for name, data in headers or ()],
    }


def is_before(release: str, *version: int) -> bool:
    """Whether a broker's release is older than `version`."""
    return tuple(int(part) for part in release.split(".")) < version


def serve(
    produce: Callable[[Job], list[int]], consume: Callable[[Job], list[Record]]
) -> None:
    """Answer jobs from stdin until it ends."""
    for line in sys.stdin:
        job = json.loads(line)
        answer = (
            {"offsets": produce(job)}
            if job["do"] == "produce"
            else {"records": consume(job)}
        )
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()
