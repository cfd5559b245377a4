"""Who is connected, and what each client asked for last."""

from __future__ import annotations

import gc
from typing import Any

import pytest
from logion.broker.clients import GONE_MAX, RECENT_MAX, Client, Clients, errors_in
from logion.broker.context import Context
from logion.protocol.messages.api_versions import ApiVersionsResponse
from logion.protocol.messages.fetch import (
    FetchableTopicResponse,
    FetchResponse,
    PartitionData,
)
from logion.protocol.messages.heartbeat import HeartbeatResponse
from logion.protocol.messages.sasl_handshake import SaslHandshakeRequest


def client() -> Client:
    return Client("10.0.0.1:1", "PLAINTEXT", 1.0)


def context(correlation_id: int) -> Context:
    return Context(3, 9, correlation_id, "c", "10.0.0.1:1", "PLAINTEXT")


def fetch_response(*codes: int, error: int = 0) -> FetchResponse:
    partitions = tuple(
        PartitionData(
            partition_index=index, error_code=code, high_watermark=0, records=b""
        )
        for index, code in enumerate(codes)
    )
    topic = FetchableTopicResponse(topic="t", partitions=partitions)
    return FetchResponse(error_code=error, responses=(topic,))


@pytest.mark.parametrize(
    ("response", "errors"),
    [
        (None, set()),
        (HeartbeatResponse(error_code=0), set()),
        (HeartbeatResponse(error_code=27), {27}),
        (fetch_response(0, 0), set()),
        (fetch_response(0, 3, 3, 6), {3, 6}),
        (fetch_response(0, error=70), {70}),
        (ApiVersionsResponse(error_code=35, api_keys=()), {35}),
        (SaslHandshakeRequest(mechanism="PLAIN"), set()),
    ],
)
def test_every_error_in_an_answer_is_found(response: Any, errors: set[int]) -> None:
    assert errors_in(response) == errors


def test_of_a_client_the_last_answers_are_remembered_and_all_are_counted() -> None:
    known = client()
    for number in range(RECENT_MAX + 2):
        known.begin(context(number), float(number))
        known.end(HeartbeatResponse(error_code=0), number + 0.5)
    assert known.requests == RECENT_MAX + 2
    assert len(known.recent) == RECENT_MAX
    first = known.recent[0]
    assert first[:5] == (3, 9, 2, 2.0, 2.5)
    assert known.in_progress is None


def test_what_is_remembered_of_a_client_adds_nothing_for_the_collector() -> None:
    known = client()
    gc.collect()
    gc.disable()
    try:
        before = gc.get_count()[0]
        for number in range(100):
            known.begin(context(number), 1.0)
            known.end(fetch_response(), 2.0)
        assert gc.get_count()[0] - before < 10
    finally:
        gc.enable()


def test_what_is_in_progress_is_known() -> None:
    known = client()
    known.begin(context(7), 2.0)
    assert known.in_progress is not None
    assert known.in_progress.correlation_id == 7
    assert (known.client_id, known.began, known.requests) == ("c", 2.0, 0)


def test_clients_that_left_are_remembered_up_to_a_bound() -> None:
    clients = Clients()
    for number in range(GONE_MAX + 1):
        known = client()
        clients.enter(known)
        assert list(clients) == [known]
        clients.leave(known, f"reason {number}")
    assert len(clients) == 0
    assert [why for _, why in clients.gone] == [
        f"reason {number}" for number in range(1, GONE_MAX + 1)
    ]
