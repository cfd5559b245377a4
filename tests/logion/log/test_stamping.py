from __future__ import annotations

from logion.log.stamping import stamped
from logion.records.batch import check_crc

from tests.logion.log.building import batch


def test_the_brokers_own_batches_get_consecutive_offsets() -> None:
    data = batch(b"a", b"b", timestamp=7) + batch(b"c", timestamp=5)
    found = stamped(data, 10, 3)
    assert [(b.base_offset, b.last_offset) for b in found.batches] == [
        (10, 11),
        (12, 12),
    ]
    assert {b.leader_epoch for b in found.batches} == {3}
    assert (found.base_offset, found.last_offset) == (10, 12)
    assert (found.max_timestamp, found.offset_of_max_timestamp) == (7, 11)
    for header in found.batches:
        check_crc(found.buffer, header)


def test_a_writable_buffer_is_patched_in_place() -> None:
    data = bytearray(batch(b"a"))
    found = stamped(data, 10, 3)
    assert bytes(found.buffer) == data
    assert data[:8] == (10).to_bytes(8)
