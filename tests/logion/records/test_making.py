"""Record vectors that we make for others: every format, codec and kind of refusal."""

from __future__ import annotations

import json

from logion.records.making import record_vectors
from logion.records.vectors import check_lines, problem_of


def test_what_we_make_is_what_we_read_or_refuse() -> None:
    verdicts = list(check_lines(map(json.dumps, record_vectors())))
    assert [it for it in verdicts if it.problem] == []
    assert len(verdicts) == 31


def test_every_format_and_codec_is_there() -> None:
    sets = [it for it in record_vectors() if it["kind"] == "records"]
    found = {(it["magic"], it["compression"]) for it in sets}
    assert len(found) == 4 + 4 + 5
    assert {it["timestampType"] for it in sets} == {"CreateTime", "LogAppendTime"}
    assert any(it["transactional"] for it in sets)


def test_another_error_than_expected_is_told_and_so_is_none() -> None:
    (first, *_) = (it for it in record_vectors() if it["kind"] == "refused")
    other = first | {"error": "INVALID_RECORD"}
    assert problem_of(other) == "CORRUPT_MESSAGE; expected INVALID_RECORD"
    assert problem_of(first | {"hex": ""}) == "read; expected CORRUPT_MESSAGE"
