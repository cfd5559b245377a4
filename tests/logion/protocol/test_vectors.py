"""Vector files: what agrees is counted, what differs is named."""

from __future__ import annotations

import json
from typing import Any

import pytest
from logion.protocol.vectors import Disagreement, Tally, disagreements

from tests.shared import needs_shared, shared


def check(*vectors: Any) -> tuple[list[Disagreement], str]:
    tally = Tally()
    lines = [v if isinstance(v, str) else json.dumps(v) for v in vectors]
    return list(disagreements(lines, tally)), str(tally)


def vector(hex_: str, meaning: Any = None) -> dict[str, Any]:
    found = {"name": "HeartbeatResponse", "version": 0, "hex": hex_}
    return found if meaning is None else found | {"json": meaning}


@needs_shared
@pytest.mark.slow
def test_the_codec_agrees_with_kafkas_own_classes() -> None:
    tally = Tally()
    with shared("spec/golden/messages-3.9.0.jsonl").open() as lines:
        found = list(disagreements(lines, tally))
    # This version was unstable in 3.9 and changed in 4.x. Of its two samples one has
    # no elements, and so looks the same in both.
    names = [(d.name, d.version) for d in found]
    assert names == [("ReadShareGroupStateSummaryResponse", 0)]
    assert str(tally) == "1331 of 1332 agree"


def test_what_agrees_is_counted() -> None:
    found, tally = check(vector("0003", {"errorCode": 3}), "", vector("0004"))
    assert (found, tally) == ([], "2 of 2 agree")


@pytest.mark.parametrize(
    ("hex_", "meaning", "text"),
    [
        ("0003", {"errorCode": 4}, "errorCode: expected 4, found 3"),
        ("0003", {}, "errorCode: expected no such field, found 3"),
        ("0003", {"errorCode": 3, "x": None}, "x: expected None, found no such field"),
        ("0003", 5, "message: expected 5, found {'errorCode': 3}"),
        ("00", None, "errorCode at byte 0: expected int16 of 2 bytes, found 1"),
        (
            "000304",
            None,
            "ends at byte 2, expected the end of the data, found 1 more",
        ),
    ],
)
def test_the_field_that_differs_is_named(hex_: str, meaning: Any, text: str) -> None:
    found, tally = check(vector(hex_, meaning))
    assert [(d.line, d.name, d.version) for d in found] == [(1, "HeartbeatResponse", 0)]
    assert found[0].text == text
    assert str(found[0]).startswith("line 1: HeartbeatResponse v0: ")
    assert tally == "0 of 1 agree"


def test_the_first_byte_that_is_written_otherwise_is_named() -> None:
    # 0x02 reads as true, and true is written as 0x01.
    body = "00000000" + "02"
    odd = {"name": "AlterConfigsRequest", "version": 0, "hex": body}
    found, _ = check(odd)
    assert found[0].text == "written again, byte 4: expected 02, found 01"


def test_elements_of_arrays_are_compared() -> None:
    base = {
        "name": "SaslHandshakeResponse",
        "version": 0,
        "hex": "0000 00000001 0001 61",
    }
    one = {"errorCode": 0, "mechanisms": ["b"]}
    none = {"errorCode": 0, "mechanisms": []}
    found, _ = check(base | {"json": one}, base | {"json": none})
    assert [d.text for d in found] == [
        "mechanisms[0]: expected 'b', found 'a'",
        "mechanisms: expected 0 elements, found 1",
    ]


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("?", "no vector: JSONDecodeError: "),
        ("{}", "no vector: KeyError: 'name'"),
        ("[]", "no vector: TypeError: "),
        ('{"name": "X", "version": 0, "hex": "0g"}', "no vector: ValueError: "),
        ('{"name": "X", "version": 0, "hex": ""}', "no message has this name"),
        (
            '{"name": "HeartbeatResponse", "version": 9, "hex": ""}',
            "HeartbeatResponse has versions 0-4, found 9",
        ),
    ],
)
def test_a_line_that_is_no_vector_is_named(line: str, text: str) -> None:
    found, tally = check(line)
    assert found[0].text.startswith(text)
    assert tally == "0 of 1 agree"
    assert str(found[0]).startswith("line 1: ")
