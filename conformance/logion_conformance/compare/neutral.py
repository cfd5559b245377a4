"""Stored batches without what a broker chose: ids of producers, times of markers.

Pure. What else a batch has is compared byte by byte.
"""

from __future__ import annotations

from collections.abc import Iterator

from logion.protocol.messages.fetch import FetchResponse
from logion.protocol.schema import replace

SIZE_AT, SIZE_END = 8, 12
MAGIC, CRC, ATTRIBUTES = 16, slice(17, 21), slice(21, 23)
TIMES, PRODUCER_ID = slice(27, 43), slice(43, 51)
"""Where fields of a batch of the newest format stand."""

NEWEST = 2
IS_CONTROL = 1 << 5
NOBODY = b"\xff" * 8


def neutral(records: bytes) -> bytes:
    """Return batches in which whose they are is blank, and when a marker was written.

    Of batches that have a producer the checksum is blank as well.
    """
    return b"".join(_batches(records))


def _batches(records: bytes) -> Iterator[bytes]:
    at = 0
    while at + SIZE_END <= len(records):
        size = int.from_bytes(records[at + SIZE_AT : at + SIZE_END])
        end = at + SIZE_END + size
        yield _batch(bytearray(records[at:end]))
        at = end
    yield records[at:]


def _batch(data: bytearray) -> bytes:
    is_whole = len(data) >= PRODUCER_ID.stop and data[MAGIC] == NEWEST
    if not is_whole or data[PRODUCER_ID] == NOBODY:
        return bytes(data)
    data[CRC], data[PRODUCER_ID] = bytes(4), bytes(8)
    if int.from_bytes(data[ATTRIBUTES]) & IS_CONTROL:
        data[TIMES] = bytes(16)
    return bytes(data)


def with_neutral_records(answer: FetchResponse) -> FetchResponse:
    """Return a fetch's answer with neutral batches."""
    return replace(
        answer,
        responses=tuple(
            replace(
                topic,
                partitions=tuple(
                    replace(it, records=neutral(bytes(it.records)))
                    if it.records
                    else it
                    for it in topic.partitions
                ),
            )
            for topic in answer.responses
        ),
    )
