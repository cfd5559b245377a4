from __future__ import annotations

import json
from pathlib import Path

import pytest
from logion.cli.records import main

from tests.shared import needs_shared, shared

MARKER = {
    "kind": "endTxnMarker",
    "type": "COMMIT",
    "coordinatorEpoch": 5,
    "offset": 1,
    "timestamp": 2,
    "partitionLeaderEpoch": 3,
    "producerId": 4,
    "producerEpoch": 6,
    "hex": "00",
}


@needs_shared
def test_the_vectors_of_apache_kafka_agree(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(shared("spec/golden/records-3.9.0.jsonl"))]) == 0
    assert capsys.readouterr().out == "91 of 91 agree\n"


def test_a_set_that_differs_is_named_with_the_place(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "v.jsonl"
    file.write_text(json.dumps(MARKER) + "\n")
    assert main(["check", str(file)]) == 1
    first, last = capsys.readouterr().out.splitlines()
    assert first.startswith("line 1: endTxnMarker type=COMMIT: ")
    assert "byte 0" in first
    assert last == "0 of 1 agree"
