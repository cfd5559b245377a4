"""Control records: what they say, and what is no control record."""

from __future__ import annotations

import pytest
from logion.protocol.errors import ApiError
from logion.records.batch import check_crc, parse_batches
from logion.records.control import (
    ControlType,
    EndTransactionMarker,
    control_type,
    read_end_transaction_marker,
    write_end_transaction_marker,
)
from logion.records.record import Record, read_records


@pytest.mark.parametrize("kind", [ControlType.ABORT, ControlType.COMMIT])
def test_a_marker_is_a_control_batch_of_78_bytes(kind: ControlType) -> None:
    marker = EndTransactionMarker(kind, 17)
    buffer = write_end_transaction_marker(
        marker, offset=42, timestamp=9, leader_epoch=5, producer_id=7, producer_epoch=3
    )
    (batch,) = parse_batches(buffer)
    check_crc(buffer, batch)
    assert (len(buffer), batch.attributes, batch.count) == (78, 0x30, 1)
    assert (batch.producer_id, batch.producer_epoch) == (7, 3)
    assert (batch.base_sequence, batch.leader_epoch) == (-1, 5)
    assert batch.is_control
    assert batch.is_transactional
    (record,) = read_records(buffer)
    assert (record.offset, record.timestamp) == (42, 9)
    assert record.key == b"\0\0\0" + bytes((kind,))
    assert record.value == b"\0\0\0\0\0\x11"
    assert read_end_transaction_marker(record) == marker


def test_higher_versions_are_read_and_unknown_types_passed_over() -> None:
    assert control_type(Record(0, key=b"\0\x09\0\x01more")) is ControlType.COMMIT
    assert control_type(Record(0, key=b"\0\0\0\x06")) is ControlType.KRAFT_VOTERS
    assert control_type(Record(0, key=b"\0\0\0\x07")) is None
    assert control_type(Record(0, key=b"\0\0\0\x63")) is None
    assert control_type(Record(0, key=b"\0\0\xff\xff")) is None
    assert read_end_transaction_marker(Record(0, key=b"\0\0\0\x02")) is None


@pytest.mark.parametrize(
    ("key", "value", "found"),
    [
        (None, None, "key of a control record of null"),
        (b"\0\0\0", None, "of 3 bytes; it has 4 or more"),
        (b"\xff\xff\0\0", None, "with version -1"),
        (b"\0\0\0\0", b"\0\0\0", "value of a marker of 3 bytes"),
        (b"\0\0\0\0", b"\xff\xff\0\0\0\0", "value of a marker with version -1"),
    ],
)
def test_what_is_no_marker_is_refused(
    key: bytes | None, value: bytes | None, found: str
) -> None:
    with pytest.raises(ApiError, match=found):
        read_end_transaction_marker(Record(0, 0, key, value))
