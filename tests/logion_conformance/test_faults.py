"""The judge is judged: each fault of a small broker is caught by a case named here."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from logion.client.connection import Options
from logion.client.versions import Versions
from logion.protocol.errors import ApiError, ProtocolError
from logion_conformance.case import Case, limits_of
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
from logion_conformance.expect import Broken
from logion_conformance.subject import Subject, open_subject
from logion_conformance.targets import Target, ask_versions

from tests.logion.client.small_broker import SmallBroker, running

CaseFunction = Callable[..., Awaitable[None]]

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

PATIENCE_S = 60.0
"""An answer that comes is waited for, however busy the machine; one that a fault keeps
back is not."""

CAUGHT_AS = (Broken, ProtocolError, ApiError)
"""What a case raises: its own judgement, or the client's of what it was sent."""


def case_in(function: CaseFunction) -> Case:
    """Return the case that a function of the suite is."""
    marks: list[Any] = function.pytestmark  # type: ignore[attr-defined]
    (mark,) = [mark for mark in marks if mark.name == "case"]
    found: Case = mark.args[0]
    return found


async def tried(
    broker: SmallBroker, function: CaseFunction, timeout_s: float = PATIENCE_S
) -> None:
    """Run one case on a broker, in the newest version both speak."""
    spoken: Versions = await ask_versions(broker.address, Options())
    target = Target((broker.address,), None, spoken)
    subject_case = case_in(function)
    async with open_subject(
        target, limits_of(subject_case), prefix="t", timeout_s=timeout_s, exchanges=[]
    ) as subject:
        await function(subject, **arguments(subject, function))


def arguments(subject: Subject, function: CaseFunction) -> dict[str, int]:
    """Return the version that a case asks for, if it does."""
    if "version" not in function.__annotations__:
        return {}
    return {"version": subject.version(next(iter(case_in(function).apis)))}


@pytest.mark.parametrize("fault", CAUGHT)
async def test_a_broker_without_the_fault_passes_the_case(fault: str) -> None:
    async with running() as broker:
        await tried(broker, CAUGHT[fault])


@pytest.mark.parametrize("fault", CAUGHT)
async def test_the_fault_is_caught_by_its_case(fault: str) -> None:
    async with running(fault) as broker:
        with pytest.raises((*CAUGHT_AS, ExceptionGroup)) as caught:
            await tried(broker, CAUGHT[fault], timeout_s=1.0)
    if isinstance(caught.value, ExceptionGroup):
        assert caught.value.split(CAUGHT_AS)[1] is None
