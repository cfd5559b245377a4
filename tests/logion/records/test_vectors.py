"""Record vectors: Apache Kafka's own agree, and every kind of disagreement is told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from logion.records.vectors import Vector, check_lines, name_of, problem_of

GOLDEN = Path(__file__).parents[4] / "shared/spec/golden/records-3.9.0.jsonl"
golden = pytest.mark.skipif(not GOLDEN.exists(), reason="shared facts are absent")

MARKER: dict[str, Any] = {
    "kind": "endTxnMarker",
    "type": "COMMIT",
    "offset": 42,
    "timestamp": 1234567,
    "partitionLeaderEpoch": 9,
    "producerId": 4711,
    "producerEpoch": 3,
    "coordinatorEpoch": 17,
    "hex": "000000000000002a000000420000000902638fb718003000000000000000000012d687"
    "000000000012d68700000000000012670003ffffffff000000012000000008000000010c0000"
    "0000001100",
}


def vectors(kind: str) -> list[dict[str, Any]]:
    rows = map(json.loads, GOLDEN.read_text().splitlines())
    return [row for row in rows if row["kind"] == kind]


@golden
def test_every_golden_vector_agrees() -> None:
    verdicts = list(check_lines(GOLDEN.read_text().splitlines()))
    assert [verdict for verdict in verdicts if verdict.problem] == []
    assert len(verdicts) == 91


@golden
@pytest.mark.parametrize(
    ("kind", "changes", "found"),
    [
        ("records", {"magic": 1}, "byte 11: "),
        ("records", {"compression": "brotli"}, "'brotli'"),
        ("downConvert", {"firstOffset": 2}, "offsets and timestamps [[2"),
        ("downConvert", {"error": "CorruptMessageException"}, "converted; expected"),
        ("brokerInPlace", {"logAppendTime": 7}, "byte 12: "),
        ("brokerInPlace", {"logAppendTime": -1}, "byte 12: "),
        ("endTxnMarker", {"coordinatorEpoch": 3}, "read as [EndTransactionMarker("),
        ("endTxnMarker", {"producerEpoch": 4}, "byte 17: "),
    ],
)
def test_a_disagreement_is_placed(kind: str, changes: Vector, found: str) -> None:
    vector = next(
        v for v in vectors(kind) if "hex" in v and v.get("magic") != 2 and not gone(v)
    )
    vector |= changes
    assert found in problem_of(vector)


def gone(vector: Vector) -> bool:
    return vector["kind"] == "downConvert" and vector["firstOffset"] > 0


@golden
def test_compressed_sets_are_compared_by_headers_and_records() -> None:
    vector = next(v for v in vectors("records") if not v["bytesComparable"])
    changed = json.loads(json.dumps(vector))
    changed["input"][1]["value"] = "00"
    assert "record 1, value: b'\\x00', expected b'v2'" in problem_of(changed)
    shorter = vector | {"input": vector["input"][:-1]}
    assert problem_of(shorter)
    assert "header 0, " in problem_of(vector | {"magic": 2})


@golden
def test_an_error_that_was_not_expected_is_told() -> None:
    vector = next(v for v in vectors("downConvert") if "error" in v)
    assert problem_of(vector) == ""
    del vector["error"]
    assert problem_of(vector).startswith("refused: UNSUPPORTED_COMPRESSION_TYPE")


def test_a_marker_agrees() -> None:
    assert problem_of(MARKER) == ""


def test_lines_that_are_no_vectors_are_told() -> None:
    lines = ["", "{", "[]", '{"kind": "x"}', '{"kind": "records"}', json.dumps(MARKER)]
    verdicts = list(check_lines(lines))
    assert [verdict.line for verdict in verdicts] == [2, 3, 4, 5, 6]
    found = [verdict.problem for verdict in verdicts]
    assert found[0].startswith("no JSON")
    assert found[1].startswith("a JSON object was expected")
    assert found[2].startswith("kind 'x'; known are records, ")
    assert found[3] == "a vector of this kind needs the field 'hex'"
    assert found[4] == ""


def test_a_length_that_differs_is_told() -> None:
    vector = MARKER | {"hex": MARKER["hex"] + "00"}
    assert "missing" in problem_of(vector)
    vector = MARKER | {"hex": "zz"}
    assert "no such vector can be read" in problem_of(vector)


def test_a_name_tells_vectors_apart() -> None:
    assert name_of(MARKER) == "endTxnMarker type=COMMIT"
    assert name_of({"kind": "records", "magic": 2}) == "records magic=2"
