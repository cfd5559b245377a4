"""A rule whose fields leave it nothing to do is refused, others are not."""

from __future__ import annotations

import pytest
from logion.broker.faults.plan import PlanError, read_rule

DROP = {"drop": "before"}
LATE = {"error": "REQUEST_TIMED_OUT"}


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({"times": 1, "always": True}, "always and times exclude each other"),
        ({"error": "NONE", **DROP}, "drop and error exclude each other"),
        ({"delay_answer_ms": 1, **DROP}, "drop and delay_answer_ms exclude"),
        ({"leader": 1, "drop": "after"}, "drop and leader exclude each other"),
        ({"stale_ms": 1, "drop": "after"}, "drop and stale_ms exclude each other"),
        ({"hold": "after", **DROP}, "drop 'before' and hold 'after' exclude each"),
        ({"partition": 0, **DROP}, "partition needs a topic beside it"),
        ({"applied": True, **DROP}, "applied needs an error beside it"),
        ({"level": "top", **DROP}, "level needs an error beside it"),
        ({"leader": 1, "api": "Fetch"}, "only the answers of Metadata and"),
        ({}, "it does nothing; expected one of error, delay_ms,"),
        (
            {"api": "Produce", "error": "NONE", "level": "group"},
            "level: answers of Produce have errors at partition",
        ),
    ],
)
def test_fields_that_leave_each_other_nothing_to_do(
    given: dict[str, object], text: str
) -> None:
    with pytest.raises(PlanError, match=f"^rule 1: {text}"):
        read_rule(given)


@pytest.mark.parametrize(
    ("when", "text"),
    [
        (
            {"api": "Heartbeat", "versions": "5+"},
            "versions is '5\\+'; Heartbeat has 0 to 4",
        ),
        ({"versions": "99"}, "versions is '99'; no API has more than"),
        (
            {"api": "Heartbeat", "topic": "t"},
            "topic: a request of Heartbeat names none",
        ),
        (
            {"api": ["JoinGroup", "Produce"], "group": "g"},
            "group: a request of Produce names none",
        ),
        (
            {"api": "Fetch", "transactional_id": "x"},
            "transactional_id: a request of Fetch names none",
        ),
    ],
)
def test_requests_that_no_client_can_send(when: dict[str, object], text: str) -> None:
    with pytest.raises(PlanError, match=f"^rule 1: {text}"):
        read_rule({**when, **LATE})


@pytest.mark.parametrize(
    "given",
    [
        {"hold": "before", "drop": "after"},
        {"hold": "before", **DROP},
        {"truncate": 1, **LATE},
        {"api": "Heartbeat", "versions": "4+", **DROP},
        {"api": "Produce", "transactional_id": "x", **DROP},
        {"api": "FindCoordinator", "transactional_id": "x", **DROP},
        {"api": "FindCoordinator", "group": "g", **DROP},
        {"api": "OffsetFetch", "topic": "t", "partition": 0, "group": "g", **DROP},
        {"api": "ConsumerGroupHeartbeat", "topic": "t", **DROP},
        {"api": "DescribeConfigs", "topic": "t", **DROP},
        {"api": "AddPartitionsToTxn", "topic": "t", **DROP},
    ],
)
def test_what_goes_together_is_taken(given: dict[str, object]) -> None:
    assert read_rule(given).does_something
