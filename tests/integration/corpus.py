"""The records that clients exchange in tests, chosen for what a wire can get wrong."""

from __future__ import annotations

import random
from base64 import b64encode
from dataclasses import dataclass, replace
from typing import Any

from tests.integration.clients_table import Client

Headers = tuple[tuple[str, bytes], ...]

T0 = 1_479_843_000_000
"""Timestamp of the first record, in milliseconds."""


@dataclass(frozen=True, slots=True)
class Record:
    """One record to send; `line()` is its form in a job."""

    key: bytes | None
    value: bytes | None
    timestamp: int = T0
    headers: Headers = ()

    def line(self) -> dict[str, Any]:
        """Return the record as the client programs take it."""
        return {
            "key": None if self.key is None else b64encode(self.key).decode(),
            "value": None if self.value is None else b64encode(self.value).decode(),
            "headers": [
                [name, b64encode(data).decode()] for name, data in self.headers
            ],
            "timestamp": self.timestamp,
        }


HEADERS: Headers = (
    ("content-type", b"text/plain"),
    ("twice", b"first"),
    ("twice", b"second"),
    ("empty", b""),
    ("not-utf8", b"\xff\x80\xfe"),
    ("größe", "zwölf".encode()),
)
"""No "," or "=" or NUL in a value: kcat's output could not be told apart."""


def records() -> list[Record]:
    """Return the records of one exchange, those alike to kcat beside each other."""
    chance = random.Random(7)
    plain = [
        Record(b"key", b"value"),
        Record(None, b"no key"),
        Record(b"", b"empty key"),
        Record(b"empty value", b""),
        Record(bytes(range(256)), bytes(reversed(range(256)))),
        Record("Schlüssel".encode(), "Größe 中文 \u2028".encode()),
        Record(b"line\nend", b"two\r\nlines\n"),
        Record(b"compressible", b"all work and no play " * 3000),
        Record(b"random", chance.randbytes(20_000)),
        *(Record(b"%d" % i, chance.randbytes(i)) for i in range(60)),
    ]
    with_headers = [Record(b"h%d" % i, b"headers", headers=HEADERS) for i in range(3)]
    tombstones = [Record(b"gone", None), Record(None, None), Record(b"gone too", None)]
    return [
        replace(record, timestamp=T0 + i * 1000 - (i % 3) * 5000)
        for i, record in enumerate(plain + with_headers + tombstones)
    ]


def records_for(writer: Client, *, headers: bool) -> list[Record]:
    """Return what of the records `writer` can send, without headers if so asked."""
    chosen = records()
    if not writer.sends_nothing:
        chosen = [each for each in chosen if each.key or each.value]
    return chosen if headers else [replace(each, headers=()) for each in chosen]
