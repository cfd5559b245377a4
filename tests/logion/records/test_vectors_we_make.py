"""Vectors of every kind agree if they were written by the rules; else we say where."""

from __future__ import annotations

import json
from typing import Any

import pytest
from logion.records.batch import TimestampType, parse_batch, stamp_time
from logion.records.checksum import crc32c
from logion.records.codec import Codec
from logion.records.control import (
    ControlType,
    EndTransactionMarker,
    write_end_transaction_marker,
)
from logion.records.conversion import down_convert
from logion.records.making import record_vectors
from logion.records.record import BatchOptions, Record, write_batch
from logion.records.vectors import check_lines, name_of, problem_of

RECORDS = [Record(10 + i, 50 + i, b"k", b"v" * 9) for i in range(3)]
MOVED = [it._replace(offset=it.offset + 90) for it in RECORDS]


def records_vector(**wanted: object) -> dict[str, Any]:
    """Return the first vector of a set that has these fields."""
    return next(
        dict(it)
        for it in record_vectors()
        if it["kind"] == "records" and wanted.items() <= it.items()
    )


def conversion(**changes: object) -> dict[str, Any]:
    """Return a vector of a batch for a fetch of an old version."""
    stored = write_batch(RECORDS)
    return {
        "kind": "downConvert",
        "fromHex": stored.hex(),
        "toMagic": 1,
        "firstOffset": 11,
        "bytesComparable": True,
        "hex": down_convert(stored, 1, 11).hex(),
        "offsetsAndTimestamps": [[11, 51], [12, 52]],
    } | changes


def placing(
    before: bytes | bytearray, after: bytes | bytearray, append_time: int = -1
) -> dict[str, Any]:
    """Return a vector of what a leader makes of what a producer sent."""
    return {
        "kind": "brokerInPlace",
        "beforeHex": before.hex(),
        "firstOffset": 100,
        "partitionLeaderEpoch": 6,
        "logAppendTime": append_time,
        "hex": after.hex(),
    }


def test_the_first_byte_that_differs_is_told_with_those_behind_it() -> None:
    vector = records_vector(magic=2, compression="none")
    ours = bytes.fromhex(vector["hex"])
    theirs = bytearray(ours)
    theirs[70] ^= 0xFF
    size = len(ours)
    assert problem_of(vector | {"hex": theirs.hex()}) == (
        f"byte 70: {ours[70:78].hex()}, expected {theirs[70:78].hex()}"
        f" ({size} bytes, expected {size})"
    )


def test_of_two_sets_that_begin_alike_the_end_of_the_shorter_is_told() -> None:
    vector = records_vector(magic=2, compression="none")
    size = len(vector["hex"]) // 2
    cut = vector | {"hex": vector["hex"][:-2]}
    assert problem_of(cut) == (
        f"byte {size - 1}: {vector['hex'][-2:]}, expected "
        f" ({size} bytes, expected {size - 1})"
    )
    longer = vector | {"hex": vector["hex"] + "77"}
    assert problem_of(longer) == (
        f"byte {size}: , expected 77 ({size} bytes, expected {size + 1})"
    )


@pytest.mark.parametrize("is_exact", [True, False])
def test_a_set_with_a_wrong_checksum_is_none_to_compare_with(is_exact: bool) -> None:
    vector = records_vector(magic=2, compression="none") | {"bytesComparable": is_exact}
    data = bytearray.fromhex(vector["hex"])
    data[-2] ^= 1
    problem = problem_of(vector | {"hex": data.hex()})
    assert problem.startswith("byte " if is_exact else "refused: CORRUPT_MESSAGE")


@pytest.mark.parametrize("codec", ["gzip", "zstd"])
def test_a_compressed_set_agrees_if_what_it_means_does(codec: str) -> None:
    vector = records_vector(magic=2, compression=codec)
    assert problem_of(vector) == ""
    options = BatchOptions(codec=Codec[codec.upper()], level=9)
    records = [
        Record(it["offset"], it["timestamp"], b"k" * 5000, b"v" * 5000)
        for it in vector["input"]
    ]
    vector |= {"hex": write_batch(records, options).hex()}
    for it in vector["input"]:
        it |= {"key": (b"k" * 5000).hex(), "value": (b"v" * 5000).hex(), "headers": []}
    assert problem_of(vector) == ""
    assert problem_of(vector | {"bytesComparable": True}).startswith("byte ")


def test_another_header_and_another_record_are_told_by_name() -> None:
    vector = records_vector(magic=2, compression="gzip")
    assert problem_of(vector | {"producerId": 5}) == (
        "header 0, producer_id: 5, expected -1"
    )
    vector["input"][1]["value"] = "00"
    assert problem_of(vector) == ("record 1, value: b'\\x00', expected b'no key'")


def test_another_number_of_sets_and_of_records_is_told() -> None:
    vector = records_vector(magic=2, compression="gzip")
    twice = vector | {"hex": vector["hex"] * 2}
    assert problem_of(twice) == "1 headers, expected 2"
    vector = records_vector(magic=1, compression="gzip")
    del vector["input"][0]
    assert problem_of(vector) == "3 records, expected 4"


@pytest.mark.parametrize(
    "field",
    [
        *("timestampType", "partitionLeaderEpoch", "producerId", "producerEpoch"),
        *("baseSequence", "transactional"),
    ],
)
def test_what_a_set_does_not_name_is_as_a_plain_producer_has_it(field: str) -> None:
    vector = records_vector(magic=2, compression="none")
    del vector[field]
    assert problem_of(vector) == ""
    appended = records_vector(
        magic=2, timestampType="LogAppendTime", compression="none"
    )
    produced = records_vector(transactional=True)
    changed = appended if field == "timestampType" else produced
    assert problem_of(changed) == ""
    del changed[field]
    assert problem_of(changed).startswith("byte ")


def test_a_record_without_headers_may_leave_them_out() -> None:
    vector = records_vector(magic=1, compression="none")
    for it in vector["input"]:
        del it["headers"]
    assert problem_of(vector) == ""


def test_a_field_that_is_missing_is_named() -> None:
    vector = records_vector(magic=2)
    del vector["input"]
    needed = "a vector of this kind needs the field 'input'"
    assert problem_of(vector) == needed
    assert problem_of({"kind": "?"}) == (
        "kind '?'; known are records, downConvert, brokerInPlace, endTxnMarker, refused"
    )
    assert problem_of({}).startswith("kind 'None'; ")


def test_a_conversion_agrees_by_bytes_and_by_offsets_and_timestamps() -> None:
    assert problem_of(conversion()) == ""
    vector = conversion(bytesComparable=False)
    del vector["offsetsAndTimestamps"]
    assert problem_of(vector) == ""


def test_a_conversion_that_differs_is_told() -> None:
    found = "[[11, 51], [12, 52]]"
    assert problem_of(conversion(offsetsAndTimestamps=[])) == (
        f"offsets and timestamps {found}; expected []"
    )
    other = conversion(hex=write_batch(RECORDS[2:], BatchOptions(magic=1)).hex())
    assert problem_of(other).startswith("byte 7: 0b")
    assert problem_of(other | {"bytesComparable": False}) == ("2 headers, expected 1")
    vector = conversion(error="CorruptRecordException")
    assert problem_of(vector) == "converted; expected CorruptRecordException"


def test_a_conversion_ends_with_the_error_that_is_named_and_no_other() -> None:
    stored = write_batch(RECORDS, BatchOptions(codec=Codec.ZSTD))
    vector = conversion(
        fromHex=stored.hex(), error="UnsupportedCompressionTypeException"
    )
    assert problem_of(vector) == ""
    told = "refused: UNSUPPORTED_COMPRESSION_TYPE (76): zstd at offset 10"
    for error in ("CorruptRecordException", None):
        assert problem_of(vector | {"error": error}).startswith(told)


@pytest.mark.parametrize("magic", [0, 1, 2])
def test_a_leader_gives_every_record_the_next_offset(magic: int) -> None:
    options = BatchOptions(magic=magic)
    before = write_batch(RECORDS, options) + write_batch(RECORDS, options)
    options = options._replace(leader_epoch=6)
    behind = [it._replace(offset=it.offset + 3) for it in MOVED]
    after = write_batch(MOVED, options) + write_batch(behind, options)
    assert problem_of(placing(before, after)) == ""
    assert problem_of(placing(before, after) | {"firstOffset": 101}).startswith(
        "byte 7:"
    )


def test_a_wrapper_gets_the_offset_of_its_last_record() -> None:
    options = BatchOptions(magic=1, codec=Codec.GZIP)
    before = write_batch(RECORDS, options) * 2
    after = bytearray(before)
    for at, offset in ((0, 102), (len(before) // 2, 105)):
        after[at : at + 8] = offset.to_bytes(8, "big")
    assert problem_of(placing(before, after)) == ""


@pytest.mark.parametrize("magic", [1, 2])
def test_a_leader_s_time_is_the_time_of_every_record(magic: int) -> None:
    options = BatchOptions(magic=magic)
    appended = options._replace(leader_epoch=6, log_append_time=77)
    vector = placing(write_batch(RECORDS, options), write_batch(MOVED, appended), 77)
    assert problem_of(vector) == ""
    assert problem_of(vector | {"logAppendTime": 78}) != ""
    assert problem_of(vector | {"logAppendTime": -1}) != ""


def test_a_leader_sets_the_largest_timestamp_right() -> None:
    before = bytearray(write_batch(RECORDS))
    stamp_time(before, parse_batch(before), TimestampType.CREATE_TIME, 5)
    after = write_batch(MOVED, BatchOptions(leader_epoch=6))
    assert problem_of(placing(before, after)) == ""


def test_a_leader_places_nothing_that_is_damaged() -> None:
    before = bytearray(write_batch(RECORDS))
    before[-2] ^= 1
    vector = placing(before, write_batch(MOVED, BatchOptions(leader_epoch=6)))
    assert problem_of(vector).startswith(
        "refused: CORRUPT_MESSAGE (2): at byte 0: checksum"
    )


def test_a_set_may_begin_below_its_first_record() -> None:
    vector = records_vector(magic=2, compression="none")
    for it in vector["input"]:
        it["offset"] += 5
    assert problem_of(vector).startswith("byte 17: ")
    records = [Record(it["offset"], it["timestamp"]) for it in vector["input"]]
    for it in vector["input"]:
        it |= {"key": None, "value": None, "headers": []}
    written = write_batch(records, BatchOptions(base_offset=3))
    vector |= {"baseOffset": 3, "hex": written.hex()}
    assert problem_of(vector) == ""
    assert problem_of(vector | {"baseOffset": 2}).startswith("byte 7: 02")


def test_what_has_to_be_refused_is_and_with_its_own_error() -> None:
    refused = [dict(it) for it in record_vectors() if it["kind"] == "refused"]
    assert [problem_of(it) for it in refused] == [""] * len(refused)
    other = refused[0] | {"error": "INVALID_RECORD"}
    assert problem_of(other) == "CORRUPT_MESSAGE; expected INVALID_RECORD"
    assert problem_of(other | {"hex": ""}) == "read; expected INVALID_RECORD"
    broken = write_batch([Record(0, 0, b"key")])
    data = with_right_crc(broken[:-1] + b"\x02")
    assert problem_of(other | {"hex": data.hex()}) == ""


def with_right_crc(batch: bytes) -> bytes:
    """Return a batch with the checksum of what it has."""
    return batch[:17] + crc32c(batch[21:]).to_bytes(4, "big") + batch[21:]


def test_a_marker_has_to_be_written_byte_for_byte() -> None:
    data = write_end_transaction_marker(
        EndTransactionMarker(ControlType.ABORT, 5), offset=4, timestamp=3,
        leader_epoch=2, producer_id=1, producer_epoch=0,
    )  # fmt: skip
    vector = {
        "kind": "endTxnMarker", "type": "ABORT", "coordinatorEpoch": 5, "offset": 4,
        "timestamp": 3, "partitionLeaderEpoch": 2, "producerId": 1, "producerEpoch": 0,
        "hex": data.hex(),
    }  # fmt: skip
    assert problem_of(vector) == ""
    meaning_the_same = with_right_crc(data[:62] + b"\x01" + data[63:])
    told = problem_of(vector | {"hex": meaning_the_same.hex()})
    assert told.startswith("byte 17: ")
    assert problem_of(vector | {"coordinatorEpoch": 6}) == (
        "read as [EndTransactionMarker(type=<ControlType.ABORT: 0>,"
        " coordinator_epoch=5)]; expected EndTransactionMarker("
        "type=<ControlType.ABORT: 0>, coordinator_epoch=6)"
    )


def test_every_field_that_tells_a_vector_from_others_is_in_its_name() -> None:
    vector = {
        "firstOffset": 6, "toMagic": 5, "type": 4, "timestampType": 3,
        "compression": 2, "magic": 1, "hex": "", "kind": "k",
    }  # fmt: skip
    assert name_of(vector) == (
        "k magic=1 compression=2 timestampType=3 type=4 toMagic=5 firstOffset=6"
    )


def test_a_line_is_told_by_its_number_from_1_and_its_name() -> None:
    good, bad = json.dumps(records_vector(magic=0)), json.dumps("long" * 30)
    found = list(check_lines([" \n", good, bad, "{"]))
    assert [it.line for it in found] == [2, 3, 4]
    name = "records magic=0 compression=none timestampType=CreateTime"
    assert [it.name for it in found] == [name, "?", "?"]
    assert found[0].problem == ""
    shown = repr(bad[:40])
    assert found[1].problem == f"a JSON object was expected, not {shown}"
    assert found[2].problem.startswith("no JSON: Expecting property name")


def test_what_is_no_number_where_one_belongs_is_told() -> None:
    vector = records_vector(magic=2) | {"magic": None}
    assert problem_of(vector).startswith(
        "no such vector can be read: '<' not supported"
    )
    vector = records_vector(magic=2) | {"hex": "0x"}
    assert problem_of(vector).startswith("no such vector can be read: non-hexadecimal")
