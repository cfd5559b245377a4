"""The judge is judged: each fault of a small broker is caught by a case named here."""

from __future__ import annotations

import pytest
from logion_conformance.cases import (
    test_batches,
    test_fetch,
    test_framing,
    test_idempotence,
    test_metadata,
    test_offsets,
    test_order,
    test_produce,
    test_topics,
)

from tests.logion.client.small_broker import running
from tests.logion_conformance.trying import CaseFunction, expect_caught, tried

CAUGHT: dict[str, CaseFunction] = {
    "ignores-crc": test_batches.test_a_wrong_checksum_is_refused,
    "skips-offsets": test_produce.test_offsets_are_consecutive,
    "answers-acks-zero": test_produce.test_acks_of_zero_get_no_answer,
    "accepts-any-acks": test_produce.test_other_acks_are_refused,
    "appends-duplicates": test_idempotence.test_a_batch_sent_twice_is_appended_once,
    "accepts-gaps": test_idempotence.test_a_gap_in_the_sequence_is_refused,
    "never-waits": test_fetch.test_a_waiting_fetch_ends_after_its_time,
    "sleeps-through-news": (
        test_fetch.test_a_waiting_fetch_is_answered_when_records_arrive
    ),
    "sends-too-much": test_fetch.test_a_partition_sends_no_more_than_asked_for,
    "sends-no-large-batch": test_fetch.test_a_reader_always_gets_on,
    "changes-its-mind": test_fetch.test_what_was_read_once_reads_the_same_again,
    "knows-no-range": (test_fetch.test_offsets_the_log_does_not_have_are_out_of_range),
    "answers-out-of-order": (test_order.test_pipelined_requests_are_answered_in_order),
    "puts-new-records-first": (
        test_order.test_records_are_read_in_the_order_they_were_sent
    ),
    "ignores-unknown-apis": (
        test_framing.test_a_request_of_an_unknown_api_ends_the_connection
    ),
    "no-error-35": (test_framing.test_an_unknown_apiversions_is_answered_in_version_0),
    "trailing-bytes": test_metadata.test_no_topic_can_be_asked_for,
    "starts-at-one": test_offsets.test_the_ends_of_a_log_can_be_asked_for,
    "makes-topics-twice": test_topics.test_a_topic_is_made_once,
}


@pytest.mark.parametrize("fault", CAUGHT)
async def test_a_broker_without_the_fault_passes_the_case(fault: str) -> None:
    async with running() as broker:
        await tried(broker, CAUGHT[fault])


@pytest.mark.parametrize("fault", CAUGHT)
async def test_the_fault_is_caught_by_its_case(fault: str) -> None:
    async with running(fault) as broker:
        await expect_caught(broker, CAUGHT[fault])
