"""Headers of stored entries: parsed, scanned, checked and stamped without records."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from logion.protocol.errors import ApiError, Error
from logion.records.batch import (
    BATCH_OVERHEAD,
    OVERHEAD,
    CorruptRecords,
    TimestampType,
    check_crc,
    is_crc_valid,
    is_of_transaction,
    parse_batch,
    parse_batches,
    scan_batches,
    stamp,
    stamp_time,
)
from logion.records.codec import Codec
from logion.records.record import BatchOptions, Record, read_records, write_batch

RECORDS = [Record(i, 1000 + i, b"k%d" % i, b"value", ()) for i in range(3)]
FULL = BatchOptions(
    codec=Codec.GZIP,
    leader_epoch=7,
    log_append_time=5555,
    producer_id=4711,
    producer_epoch=3,
    base_sequence=2**31 - 2,
    is_transactional=True,
)


def entries(magic: int, codec: Codec = Codec.NONE) -> bytearray:
    return bytearray(write_batch(RECORDS, BatchOptions(magic=magic, codec=codec)))


def test_a_batch_is_told_by_its_header_alone() -> None:
    (batch,) = parse_batches(write_batch(RECORDS, FULL))
    assert (batch.base_offset, batch.last_offset, batch.count) == (0, 2, 3)
    assert (batch.magic, batch.leader_epoch, batch.codec) == (2, 7, Codec.GZIP)
    assert (batch.base_timestamp, batch.max_timestamp) == (1000, 5555)
    assert batch.timestamp_type is TimestampType.LOG_APPEND_TIME
    assert (batch.producer_id, batch.producer_epoch) == (4711, 3)
    assert batch.is_transactional
    assert batch.has_producer_id
    assert batch.is_compressed
    assert not batch.is_control
    assert batch.delete_horizon is None


def test_a_set_is_of_a_transaction_if_its_batch_says_so() -> None:
    whole = write_batch(RECORDS, FULL)
    assert is_of_transaction(whole)
    assert not is_of_transaction(
        write_batch(RECORDS, FULL._replace(is_transactional=False))
    )
    assert not any(is_of_transaction(whole[:size]) for size in range(23))
    for magic in (0, 1):
        old = entries(magic)
        old[22] = 0xFF
        assert not is_of_transaction(old)


def test_sequences_wrap_from_the_largest_to_0() -> None:
    (batch,) = parse_batches(write_batch(RECORDS, FULL))
    assert (batch.base_sequence, batch.last_sequence) == (2**31 - 2, 0)


def test_without_a_producer_there_is_no_sequence() -> None:
    (batch,) = parse_batches(entries(2))
    assert (batch.base_sequence, batch.last_sequence) == (-1, -1)


def test_a_message_of_magic_1_is_an_entry_of_its_own() -> None:
    batches = parse_batches(entries(1))
    assert [b.base_offset for b in batches] == [0, 1, 2]
    assert [b.last_offset for b in batches] == [0, 1, 2]
    assert [b.max_timestamp for b in batches] == [1000, 1001, 1002]
    assert {b.count for b in batches} == {1}
    assert {b.timestamp_type for b in batches} == {TimestampType.CREATE_TIME}
    assert not any(b.is_transactional or b.is_control for b in batches)
    assert {b.delete_horizon for b in batches} == {None}


@pytest.mark.parametrize("magic", [0, 1])
@pytest.mark.parametrize("codec", [Codec.NONE, Codec.GZIP])
def test_what_an_old_format_lacks_is_minus_one(magic: int, codec: Codec) -> None:
    for batch in parse_batches(entries(magic, codec)):
        assert batch.leader_epoch == -1
        assert (batch.producer_id, batch.producer_epoch) == (-1, -1)
        assert (batch.base_sequence, batch.last_sequence) == (-1, -1)


def test_a_message_of_magic_0_has_no_timestamp() -> None:
    batch = parse_batches(entries(0))[0]
    assert batch.timestamp_type is TimestampType.NONE
    assert (batch.base_timestamp, batch.max_timestamp) == (-1, -1)


def test_a_wrapper_tells_its_last_offset_and_no_count() -> None:
    (batch,) = parse_batches(entries(1, Codec.GZIP))
    assert (batch.base_offset, batch.last_offset, batch.count) == (2, 2, None)


def test_entries_of_all_formats_stand_in_one_buffer() -> None:
    buffer = entries(0) + entries(1) + entries(2)
    batches = parse_batches(memoryview(buffer))
    assert [b.magic for b in batches] == [0, 0, 0, 1, 1, 1, 2]
    assert batches[-1].end == len(buffer)
    assert [a.end for a in batches[:-1]] == [b.position for b in batches[1:]]


@pytest.mark.parametrize("magic", [0, 1, 2])
def test_a_buffer_cut_anywhere_is_scanned_up_to_the_last_whole_entry(
    magic: int,
) -> None:
    whole = entries(magic)
    first = parse_batches(whole)[0].size
    buffer = bytes(whole + whole)
    ends = [batch.end for batch in parse_batches(buffer)]
    for cut in range(len(buffer)):
        scan = scan_batches(buffer[:cut])
        assert scan.end == max((end for end in ends if end <= cut), default=0)
        assert (scan.problem is None) == (scan.end == cut)
        if scan.problem is not None:
            assert scan.problem.position == scan.end
            assert 0 < scan.problem.missing <= len(whole)
        if 0 < cut < first:
            with pytest.raises(CorruptRecords, match="cut short"):
                parse_batches(buffer[:cut])


@pytest.mark.parametrize(("magic", "size"), [(0, 26), (1, 34), (2, 61)])
def test_the_smallest_entry_is_one_and_needs_every_byte(magic: int, size: int) -> None:
    options = BatchOptions(magic=magic, base_offset=0, last_offset=0)
    records = [] if magic == 2 else [Record(0)]
    smallest = write_batch(records, options)
    assert len(smallest) == size
    assert [it.size for it in scan_batches(smallest).batches] == [size]
    for cut in range(1, size):
        problem = scan_batches(b"front" + smallest[:cut], 5).problem
        assert problem is not None
        found, missing = f"{cut} of {size} bytes", size - cut
        if cut < OVERHEAD:
            found, missing = f"{cut} bytes left", OVERHEAD - cut
        text = f"at byte 5: the entry is cut short: {found}, {missing} missing"
        assert str(problem).endswith(text)
        assert (problem.position, problem.missing) == (5, missing)


def test_a_magic_nobody_knows_is_told_as_soon_as_it_is_there() -> None:
    buffer = bytes(entries(2)[:16]) + b"\x09"
    for end, missing in ((16, True), (17, False)):
        problem = scan_batches(buffer[:end]).problem
        assert problem is not None
        assert bool(problem.missing) == missing
        assert ("magic 9, not one of 0, 1, 2" in str(problem)) != missing


@pytest.mark.parametrize(("magic", "smallest"), [(0, 14), (1, 22), (2, 49)])
def test_a_size_below_the_smallest_of_its_format_is_told(
    magic: int, smallest: int
) -> None:
    buffer = bytearray(b"front") + entries(magic)
    buffer[5 + 8 : 5 + 12] = (smallest - 1).to_bytes(4, "big")
    found = f"size {smallest - 1} with magic {magic}, whose smallest entry has"
    if magic == 0:
        found = "size 13, below the smallest entry's"
    with pytest.raises(CorruptRecords, match=f"at byte 5: {found} {smallest}"):
        parse_batch(buffer, 5)


def test_a_scan_may_start_anywhere() -> None:
    buffer = entries(2)
    scan = scan_batches(b"junk" + buffer, 4)
    assert (scan.batches[0].position, scan.end) == (4, 4 + len(buffer))


@pytest.mark.parametrize(
    ("at", "patch", "found"),
    [
        (16, b"\x03", "magic 3"),
        (16, b"\xff", "magic 255"),
        (8, b"\x00\x00\x00\x0d", "size 13, below"),
        (8, b"\xff\xff\xff\xff", "size -1, below"),
        (8, b"\x00\x00\x00\x30", "size 48 with magic 2, whose smallest entry has 49"),
    ],
)
def test_what_no_bytes_can_mend_is_named(at: int, patch: bytes, found: str) -> None:
    buffer = entries(2)
    buffer[at : at + len(patch)] = patch
    with pytest.raises(CorruptRecords, match=found) as refused:
        parse_batches(b"" + buffer)
    assert (refused.value.position, refused.value.missing) == (0, 0)
    assert refused.value.error is Error.CORRUPT_MESSAGE
    assert scan_batches(buffer).problem is not None


@given(st.binary(max_size=120))
def test_arbitrary_bytes_are_entries_or_corrupt(data: bytes) -> None:
    scan = scan_batches(data)
    assert scan.end == sum(batch.size for batch in scan.batches)
    assert scan.problem is None or scan.problem.error is Error.CORRUPT_MESSAGE


@pytest.mark.parametrize("magic", [0, 1, 2])
def test_the_checksum_notices_every_damaged_byte_it_covers(magic: int) -> None:
    buffer = entries(magic)
    batch = parse_batch(buffer)
    check_crc(buffer, batch)
    for at in range(21 if magic == 2 else 16, batch.size):
        buffer[at] ^= 1
        assert not is_crc_valid(buffer, batch)
        with pytest.raises(CorruptRecords, match="claimed") as refused:
            check_crc(buffer, batch)
        assert refused.value.position == 0
        buffer[at] ^= 1


def test_a_wrong_checksum_is_told_with_both_and_with_the_place_of_the_entry() -> None:
    buffer = entries(1)
    batch = parse_batches(buffer)[1]
    buffer[batch.position + 12 : batch.position + 16] = b"\0\0\0\7"
    with pytest.raises(CorruptRecords) as refused:
        check_crc(buffer, parse_batches(buffer)[1])
    assert refused.value.position == batch.position
    assert str(refused.value).endswith(
        f"checksum 0x00000007 claimed, {batch.crc:#010x} computed"
    )


@pytest.mark.parametrize("magic", [0, 1, 2])
def test_a_stamp_moves_an_entry_and_keeps_its_checksum(magic: int) -> None:
    buffer = entries(magic)
    before = parse_batch(buffer)
    after = stamp(buffer, before, base_offset=500, leader_epoch=12)
    assert after == parse_batch(buffer)
    assert after.base_offset == 500
    assert after.leader_epoch == (12 if magic == 2 else -1)
    assert (after.crc, after.size) == (before.crc, before.size)
    check_crc(buffer, after)


@pytest.mark.parametrize("magic", [0, 1, 2])
@pytest.mark.parametrize("append_time", [None, 7777])
def test_a_stamped_entry_is_told_by_its_own_header_wherever_it_stands(
    magic: int, append_time: int | None
) -> None:
    buffer = entries(1)[:37] + entries(magic)
    second = parse_batch(buffer, 37)
    after = stamp(
        buffer, second, base_offset=5, leader_epoch=1, append_time=append_time
    )
    assert after == parse_batch(buffer, 37)
    assert (after.position, after.base_offset) == (37, 5)
    time = second.max_timestamp
    again = stamp_time(buffer, after, after.timestamp_type, after.max_timestamp)
    assert (again, again.position) == (after, 37)
    if magic:
        later = stamp_time(buffer, after, TimestampType.CREATE_TIME, time + 1)
        assert (later.position, later.max_timestamp) == (37, time + 1)
        assert later.timestamp_type is TimestampType.CREATE_TIME


@pytest.mark.parametrize("magic", [1, 2])
@pytest.mark.parametrize("codec", [Codec.NONE, Codec.GZIP])
def test_append_time_becomes_the_time_of_every_record(magic: int, codec: Codec) -> None:
    buffer = entries(magic, codec)
    for batch in parse_batches(buffer):
        after = stamp(buffer, batch, base_offset=2, leader_epoch=0, append_time=7777)
        check_crc(buffer, after)
        assert after.timestamp_type is TimestampType.LOG_APPEND_TIME
    assert {record.timestamp for record in read_records(buffer)} == {7777}


def test_magic_0_has_no_place_for_an_append_time() -> None:
    buffer = entries(0)
    before = bytes(buffer)
    stamp(buffer, parse_batch(buffer), base_offset=0, leader_epoch=0, append_time=7777)
    assert buffer == before


def test_a_time_that_changes_nothing_leaves_unknown_attributes_alone() -> None:
    buffer = entries(2)
    buffer[21] = 0x80
    batch = parse_batch(buffer)
    after = stamp_time(buffer, batch, TimestampType.CREATE_TIME, batch.max_timestamp)
    assert after == batch


def test_a_new_time_clears_attribute_bits_without_a_meaning() -> None:
    buffer = entries(2)
    buffer[21] = 0x80
    after = stamp_time(buffer, parse_batch(buffer), TimestampType.CREATE_TIME, 1)
    assert after.attributes == 0
    check_crc(buffer, after)


def test_the_delete_horizon_is_the_base_timestamp() -> None:
    buffer = write_batch(RECORDS, BatchOptions(delete_horizon=99))
    assert parse_batch(buffer).delete_horizon == 99
    assert list(read_records(buffer)) == RECORDS


def test_an_unknown_codec_is_refused_when_it_is_asked_for() -> None:
    buffer = entries(2)
    buffer[22] = 5
    batch = parse_batch(buffer)
    with pytest.raises(ApiError, match="codec 5"):
        _ = batch.codec


def test_a_header_has_the_size_the_format_says() -> None:
    empty = write_batch([], BatchOptions(base_offset=5, last_offset=9))
    assert len(empty) == BATCH_OVERHEAD
    batch = parse_batch(empty)
    assert (batch.base_offset, batch.last_offset, batch.count) == (5, 9, 0)
