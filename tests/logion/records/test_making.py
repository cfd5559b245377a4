"""Record vectors that we make for others: every format, codec and kind of refusal."""

from __future__ import annotations

import json
from typing import Any

from logion.records.making import RECORDS, record_vectors, records_of
from logion.records.record import BatchOptions, write_batch
from logion.records.vectors import check_lines


def made(kind: str) -> list[dict[str, Any]]:
    """Return the vectors of a kind."""
    return [dict(it) for it in record_vectors() if it["kind"] == kind]


def test_what_we_make_is_what_we_read_or_refuse() -> None:
    verdicts = list(check_lines(map(json.dumps, record_vectors())))
    assert [it for it in verdicts if it.problem] == []
    assert len(verdicts) == 31


def test_every_format_and_codec_is_there() -> None:
    sets = made("records")
    found = {(it["magic"], it["compression"]) for it in sets}
    assert len(found) == 4 + 4 + 5
    assert {it["timestampType"] for it in sets} == {"CreateTime", "LogAppendTime"}
    assert any(it["transactional"] for it in sets)


PLAIN = {
    "baseOffset": 0, "partitionLeaderEpoch": -1, "producerId": -1,
    "producerEpoch": -1, "baseSequence": -1, "transactional": False,
}  # fmt: skip
PRODUCED = {
    "baseOffset": 2**40, "partitionLeaderEpoch": 7, "producerId": 4711,
    "producerEpoch": 3, "baseSequence": 2**31 - 2,
}  # fmt: skip


def fields(vector: dict[str, Any]) -> dict[str, Any]:
    """Return what a vector says, but for the records and their bytes."""
    return {key: it for key, it in vector.items() if key not in {"input", "hex"}}


def test_a_set_of_each_format_codec_and_kind_of_time_is_made_in_this_order() -> None:
    sets = [fields(it) for it in made("records")]
    codecs = ["none", "gzip", "snappy", "lz4"]
    expected = [(0, codec, "CreateTime", -1) for codec in codecs]
    for magic, more in ((1, []), (2, ["zstd"])):
        for codec in (*codecs, *more):
            expected.append((magic, codec, "CreateTime", -1))
            expected.append((magic, codec, "LogAppendTime", 1_700_000_000_005))
    assert sets[:-2] == [
        {
            "kind": "records", "magic": magic, "compression": codec,
            "timestampType": kind, "logAppendTime": time,
            "bytesComparable": codec == "none", **PLAIN,
        }
        for magic, codec, kind, time in expected
    ]  # fmt: skip
    assert [{**it, **PRODUCED} for it in sets[-2:]] == sets[-2:]
    assert [it["transactional"] for it in sets[-2:]] == [False, True]
    assert {it["compression"] for it in sets[-2:]} == {"none"}


def test_records_are_shown_as_their_format_carries_them() -> None:
    time = 1_700_000_000_000
    headers = [("trace", "0102"), ("größer", None), ("", "")]
    records: list[dict[str, object]] = [
        {"offset": 0, "timestamp": time, "key": b"key".hex(), "value": b"value".hex()},
        {"offset": 1, "timestamp": time + 2, "key": None, "value": b"no key".hex()},
        {"offset": 2, "timestamp": time + 1, "key": b"no value".hex(), "value": None},
        {"offset": 3, "timestamp": time + 3, "key": "6b" * 130, "value": "76" * 300},
    ]
    found = {(it["magic"], it["baseOffset"]): it["input"] for it in made("records")}
    old = [it | {"headers": []} for it in records]
    new = [records[0] | {"headers": headers}, *old[1:]]
    moved = [{**it, "offset": 2**40 + at} for at, it in enumerate(new)]
    undated = [it | {"timestamp": -1} for it in old]
    assert found == {(0, 0): undated, (1, 0): old, (2, 0): new, (2, 2**40): moved}


def test_each_way_to_be_refused_is_what_its_words_say() -> None:
    whole = write_batch(records_of(2))
    old = write_batch(RECORDS, BatchOptions(magic=1))
    assert {it["error"] for it in made("refused")} == {"CORRUPT_MESSAGE"}
    data = {it["why"]: bytes.fromhex(it["hex"]) for it in made("refused")}
    for why, valid, at in (
        ("a byte of a record differs", whole, len(whole) - 2),
        ("a byte of an old message differs", old, len(old) - 2),
        ("the checksum differs", whole, 17),
    ):
        changed = bytearray(valid)
        changed[at] ^= 1
        assert data.pop(why) == changed
    assert data == {
        "the last byte is missing": whole[:-1],
        "the size leaves no room for a header": whole[:8] + b"\0\0\0\x14" + whole[12:],
        "the size is negative": whole[:8] + b"\xff\xff\xff\xff" + whole[12:],
        "the header alone": whole[:61],
    }
