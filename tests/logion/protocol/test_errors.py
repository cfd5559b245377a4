"""The table of error codes is Kafka's, and each code says what it means."""

from __future__ import annotations

import json
from typing import Any

from logion.protocol.errors import ApiError, Error

from tests.shared import needs_shared, shared


@needs_shared
def test_every_code_has_kafkas_number_name_and_advice() -> None:
    facts: list[dict[str, Any]] = json.loads(
        shared("spec/protocol/errors.json").read_text()
    )
    expected = [
        (fact["code"], fact["name"], fact["retriable"], fact["invalidates_metadata"])
        for fact in facts
    ]
    assert expected == [
        (error.value, error.name, error.retriable, error.invalidates_metadata)
        for error in Error
    ]


def test_codes_are_consecutive_numbers_from_minus_one() -> None:
    assert [int(error) for error in Error] == list(range(-1, len(Error) - 1))


def test_every_code_has_a_meaning_of_its_own() -> None:
    meanings = [error.meaning for error in Error]
    assert all(meanings)
    assert len(set(meanings)) == len(meanings)


def test_a_code_compares_and_packs_as_its_number() -> None:
    assert Error.NONE == 0
    assert Error(6) is Error.NOT_LEADER_OR_FOLLOWER
    assert Error.UNKNOWN_SERVER_ERROR.to_bytes(2, "big", signed=True) == b"\xff\xff"


def test_a_code_from_a_newer_broker_reads_as_an_unknown_error() -> None:
    assert Error.of(30_000) is Error.UNKNOWN_SERVER_ERROR
    assert Error.of(3) is Error.UNKNOWN_TOPIC_OR_PARTITION


def test_an_api_error_says_its_code_and_its_text() -> None:
    given = ApiError(Error.INVALID_CONFIG, "retention.ms is -7; expected at least -1")
    assert str(given) == "INVALID_CONFIG (40): retention.ms is -7; expected at least -1"
    bare = str(ApiError(Error.NON_EMPTY_GROUP))
    assert bare == "NON_EMPTY_GROUP (68): the group still has members"
