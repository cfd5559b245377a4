"""Whether records came back as they went in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from logion_conformance.apache import version_of

from tests.integration.clients_table import FIRST_HEADERS, FIRST_TIMESTAMPS, Client
from tests.integration.corpus import Record

CLOCK_MS_MIN = 1_500_000_000_000
"""A clock's time in milliseconds, rather than one of the corpus, is later than this."""


def has_headers(release: str, *clients: Client) -> bool:
    """Whether headers go through a broker of `release` between these clients."""
    new = version_of(release) >= version_of(FIRST_HEADERS)
    return new and all(client.headers for client in clients)


def expected(
    records: Sequence[Record], writer: Client, release: str
) -> list[dict[str, Any]]:
    """Return the lines that reading `records` back gives, offsets counted from 0."""
    lines = [{"offset": i, **record.line()} for i, record in enumerate(records)]
    for line in lines:
        if version_of(release) < version_of(FIRST_TIMESTAMPS):
            line["timestamp"] = -1
        elif not writer.sets_timestamps:
            line["timestamp"] = "now"
    return lines


def assert_same(
    got: Sequence[dict[str, Any]], wanted: Sequence[dict[str, Any]]
) -> None:
    """Compare line by line, so that a difference names one record and field."""
    assert len(got) == len(wanted)
    for read, line in zip(got, wanted, strict=True):
        if line["timestamp"] == "now":
            assert read["timestamp"] > CLOCK_MS_MIN, f"offset {line['offset']}"
            expected = {**line, "timestamp": read["timestamp"]}
        else:
            expected = line
        assert read == expected, f"offset {line['offset']}"


def assert_offsets(offsets: Sequence[int], count: int) -> None:
    """Check what a producer was told: 0, 1, 2..., or nothing at all."""
    assert list(offsets) in (list(range(count)), [-1] * count)
