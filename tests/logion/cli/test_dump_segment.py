from __future__ import annotations

from pathlib import Path

import pytest
from logion.cli.dump_segment import Damage, Depth, dump_segment, stored_batches
from logion.log.entries import ENTRY_CHUNK
from logion.records.batch import BATCH_OVERHEAD
from logion.records.codec import Codec
from logion.records.control import (
    ControlType,
    EndTransactionMarker,
    write_end_transaction_marker,
)
from logion.records.record import BatchOptions, Record, write_batch

from tests.logion.cli.running import write

SHALLOW = Depth()
DEEP = Depth(records=True)
DATA = Depth(data=True)


def batch(offset: int, *values: bytes, options: BatchOptions | None = None) -> bytes:
    records = [Record(offset + i, 1000 + i, b"k", it) for i, it in enumerate(values)]
    return write_batch(records, options or BatchOptions())


def dumped(path: Path, depth: Depth = SHALLOW) -> list[str]:
    return [str(line) for line in dump_segment(path, depth)]


def test_a_batch_is_one_line_with_all_that_its_header_says(tmp_path: Path) -> None:
    options = BatchOptions(
        codec=Codec.GZIP,
        leader_epoch=3,
        producer_id=7,
        producer_epoch=1,
        base_sequence=40,
        is_transactional=True,
    )
    data = batch(5, b"a", b"b", options=options)
    (line,) = dumped(write(tmp_path / "x.log", data))
    assert line.startswith(
        "baseOffset: 5 lastOffset: 6 count: 2 baseSequence: 40 lastSequence: 41 "
        "producerId: 7 producerEpoch: 1 partitionLeaderEpoch: 3 isTransactional: true "
        "isControl: false position: 0 CreateTime: 1001 "
        f"size: {len(data)} magic: 2 compresscodec: gzip crc: "
    )
    assert line.endswith(" isvalid: true")


def test_each_batch_is_shown_where_it_stands(tmp_path: Path) -> None:
    first, second = batch(0, b"a"), batch(1, b"b")
    lines = dumped(write(tmp_path / "x.log", first, second))
    assert " position: 0 " in lines[0]
    assert f" position: {len(first)} " in lines[1]


@pytest.mark.parametrize("magic", [0, 1])
def test_old_formats_are_shown(magic: int, tmp_path: Path) -> None:
    plain = batch(0, b"a", options=BatchOptions(magic=magic))
    packed = BatchOptions(magic=magic, codec=Codec.GZIP)
    path = write(tmp_path / "x.log", plain, batch(1, b"b", b"c", options=packed))
    single, wrapper = dumped(path)
    assert "baseOffset: 0 lastOffset: 0 count: 1 " in single
    assert "lastOffset: 2 count: unknown " in wrapper
    assert f"magic: {magic} compresscodec: gzip" in wrapper
    assert [line.split()[2] for line in dumped(path, DEEP) if line[0] == "|"] == [
        "0",
        "1",
        "2",
    ]


def test_records_are_shown_if_asked_and_their_data_if_asked(tmp_path: Path) -> None:
    record = Record(0, 5, b"k\n", b"\xff\xc3\xa9", (("h\x1b", b"1"),))
    path = write(tmp_path / "x.log", write_batch([record, Record(1, 6)]))
    _, first, second = dumped(path, DEEP)
    said = "| offset: 0 CreateTime: 5 keySize: 2 valueSize: 3 sequence: -1 "
    assert first == said + r"headerKeys: [h\x1b]"
    assert "offset: 1 CreateTime: 6 keySize: -1 valueSize: -1" in second
    _, first, second = dumped(path, DATA)
    assert first == said + r"headerKeys: [h\x1b] key: k\x0a payload: \xffé"
    assert "payload" not in second


def test_records_have_the_sequences_of_their_producer(tmp_path: Path) -> None:
    options = BatchOptions(producer_id=1, producer_epoch=0, base_sequence=2**31 - 1)
    path = write(tmp_path / "x.log", batch(0, b"a", b"b", options=options))
    _, first, second = dumped(path, DEEP)
    assert "sequence: 2147483647 " in first
    assert "sequence: 0 " in second


def test_append_times_are_called_so(tmp_path: Path) -> None:
    options = BatchOptions(log_append_time=77)
    path = write(tmp_path / "x.log", batch(0, b"a", options=options))
    assert all(" LogAppendTime: 77 " in line for line in dumped(path, DEEP))


def test_markers_are_shown_in_words(tmp_path: Path) -> None:
    marker = write_end_transaction_marker(
        EndTransactionMarker(ControlType.ABORT, 9),
        offset=0,
        timestamp=1,
        leader_epoch=0,
        producer_id=7,
        producer_epoch=0,
    )
    other = write_batch(
        [Record(1, 1, b"\0\0\0\2", b""), Record(2, 1, b"\0\0\0\x63", b"")],
        BatchOptions(is_control=True),
    )
    lines = dumped(write(tmp_path / "x.log", marker, other), DATA)
    assert lines[1].endswith("endTxnMarker: ABORT coordinatorEpoch: 9")
    assert lines[3].endswith("controlType: LEADER_CHANGE")
    assert lines[4].endswith("controlType: unknown")


def test_the_delete_horizon_is_shown_where_there_is_one(tmp_path: Path) -> None:
    options = BatchOptions(delete_horizon=55)
    path = write(tmp_path / "x.log", batch(0, b"a", options=options))
    assert " deleteHorizonMs: 55 " in dumped(path)[0]


def test_a_wrong_checksum_is_damage_and_what_follows_is_shown(tmp_path: Path) -> None:
    broken = bytearray(batch(0, b"a"))
    broken[-1] ^= 1
    first, damage, second = dumped(write(tmp_path / "x.log", broken, batch(1, b"b")))
    assert first.endswith("isvalid: false")
    assert damage == "DAMAGED at byte 0: the checksum is not that of the bytes"
    assert second.endswith("isvalid: true")


def test_a_torn_tail_is_damage_where_it_begins(tmp_path: Path) -> None:
    whole = batch(0, b"a")
    _, damage = dumped(write(tmp_path / "x.log", whole, batch(1, b"b")[:30]))
    assert damage.startswith(f"DAMAGED at byte {len(whole)}: the entry is cut short: ")


def test_bytes_that_are_no_entry_end_the_reading(tmp_path: Path) -> None:
    whole = batch(0, b"a")
    _, damage = dumped(write(tmp_path / "x.log", whole, bytes(100), batch(1, b"b")))
    assert damage.startswith(f"DAMAGED at byte {len(whole)}: size 0")


def test_offsets_that_do_not_grow_are_damage(tmp_path: Path) -> None:
    first = batch(5, b"a", b"b")
    lines = dumped(write(tmp_path / "x.log", first, batch(6, b"c")))
    assert lines[2] == f"DAMAGED at byte {len(first)}: offset 6 where 7 or more was due"


def test_records_that_cannot_be_read_are_damage(tmp_path: Path) -> None:
    options = BatchOptions(codec=Codec.GZIP)
    broken = bytearray(batch(0, b"a", options=options))
    broken[BATCH_OVERHEAD] ^= 0xFF
    from logion.records.batch import computed_crc, parse_batch

    crc = computed_crc(bytes(broken), parse_batch(bytes(broken)))
    broken[17:21] = crc.to_bytes(4)
    path = write(tmp_path / "x.log", broken)
    assert len(dumped(path)) == 1
    _, damage = dumped(path, DEEP)
    assert damage.startswith("DAMAGED at byte 0: CORRUPT_MESSAGE (2): gzip")


def test_an_unknown_codec_is_shown_and_its_records_are_damage(tmp_path: Path) -> None:
    from logion.records.batch import computed_crc, parse_batch

    broken = bytearray(batch(0, b"a"))
    broken[22] = 6
    crc = computed_crc(bytes(broken), parse_batch(bytes(broken)))
    broken[17:21] = crc.to_bytes(4)
    path = write(tmp_path / "x.log", broken)
    line, damage = dumped(path, DEEP)
    assert "compresscodec: unknown(6)" in line
    assert "UNSUPPORTED_COMPRESSION_TYPE" in damage


def test_files_larger_than_a_chunk_are_read_whole(tmp_path: Path) -> None:
    large = batch(0, bytes(ENTRY_CHUNK + 100))
    small = batch(1, bytes(ENTRY_CHUNK // 2))
    rest = [batch(offset, b"c" * 1000) for offset in range(2, 700)]
    stored = list(stored_batches(write(tmp_path / "x.log", large, small, *rest)))
    assert len(stored) == 700
    assert not any(isinstance(each, Damage) for each in stored)
    assert stored[1][0] == len(large)


def test_an_empty_segment_is_well(tmp_path: Path) -> None:
    assert dumped(write(tmp_path / "x.log", b"")) == []
