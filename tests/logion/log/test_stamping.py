from __future__ import annotations

from logion.log.stamping import stamped
from logion.records.batch import check_crc, parse_batch

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
    assert found.log_append_time == -1
    for header in found.batches:
        check_crc(found.buffer, header)


def test_a_batch_that_was_written_for_its_place_is_left_as_it_is() -> None:
    data = bytes(stamped(batch(b"a", b"b"), 10, 3).buffer)
    found = stamped(data, 10, 3)
    assert found.buffer is data
    assert (found.base_offset, found.last_offset) == (10, 11)


def test_a_batch_of_another_place_is_copied() -> None:
    data = bytes(stamped(batch(b"a"), 10, 3).buffer)
    for offset, epoch in ((11, 3), (10, 4)):
        found = stamped(data, offset, epoch)
        assert (found.batches[0].base_offset, found.batches[0].leader_epoch) == (
            offset,
            epoch,
        )
        assert parse_batch(data).base_offset == 10
