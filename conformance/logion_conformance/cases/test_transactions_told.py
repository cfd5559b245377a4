"""DescribeTransactions and ListTransactions (KIP-664): what a coordinator tells."""

from __future__ import annotations

from typing import Any

from logion.client.connection import Connection
from logion.protocol.errors import Error
from logion.protocol.messages.list_transactions import (
    ListTransactionsRequest,
    ListTransactionsResponse,
)

from logion_conformance.case import MUST, SHOULD, case
from logion_conformance.expect import expect, expect_error, expect_success, expect_that
from logion_conformance.subject import Subject
from logion_conformance.transactions import (
    new_transactional_id,
    new_transactional_producer,
    timeout_ms_of,
)

KIP = "KIP-664"
TOLD = {
    "AddPartitionsToTxn": "0-3",
    "EndTxn": "0-4",
    "InitProducerId": "0+",
    "FindCoordinator": "1+",
}


async def listed(connection: Connection, **filters: Any) -> ListTransactionsResponse:
    """Return the answer to ListTransactions."""
    request = ListTransactionsRequest(
        state_filters=filters.pop("states", ()),
        producer_id_filters=filters.pop("ids", ()),
        **filters,
    )
    answer = await connection.call(request, ListTransactionsResponse)
    expect_success(answer.error_code)
    return answer


def names(answer: ListTransactionsResponse) -> set[str]:
    """Return the transactional ids of an answer."""
    return {it.transactional_id for it in answer.transaction_states}


@case(
    "transactions.describe",
    level=MUST,
    cites=f"{KIP}: DescribeTransactions",
    apis={"DescribeTransactions": "0+", **TOLD},
)
async def test_a_transaction_is_described(broker: Subject, version: int) -> None:
    """From Empty over Ongoing to CompleteCommit, with the producer's id, epoch and
    timeout, and the partitions while it is open."""
    topic = await broker.topic(2)
    producer = await new_transactional_producer(broker)
    came = await producer.described()
    expect("the state", (came.error_code, came.transaction_state), (0, "Empty"))
    expect("the start", came.transaction_start_time_ms, -1)
    await producer.add(topic, 0, 1)
    came = await producer.described()
    expect("the state", (came.error_code, came.transaction_state), (0, "Ongoing"))
    expect("the producer id", came.producer_id, producer.producer_id)
    expect("the epoch", came.producer_epoch, producer.epoch)
    expect("the timeout", came.transaction_timeout_ms, timeout_ms_of(broker))
    expect("the topics", [it.topic for it in came.topics], [topic.name])
    expect("the partitions", sorted(came.topics[0].partitions), [0, 1])
    expect_that(
        "the start",
        holds=came.transaction_start_time_ms > 0,
        expected="a time",
        came=came.transaction_start_time_ms,
    )
    expect_success((await producer.end(commit=True)).error_code)
    expect_success((await producer.end(commit=True)).error_code, "once it is done")
    came = await producer.described()
    expect("the state", came.transaction_state, "CompleteCommit")
    expect("the topics", came.topics, ())
    expect("the version asked in", broker.version("DescribeTransactions"), version)


@case(
    "transactions.describe.unknown",
    level=MUST,
    cites=f"{KIP}: error 105 TRANSACTIONAL_ID_NOT_FOUND",
    apis={"DescribeTransactions": "0+", "FindCoordinator": "1+"},
)
async def test_an_id_that_nobody_has_is_not_found(
    broker: Subject, version: int
) -> None:
    """A transactional id without a producer is not found; the empty one is an
    INVALID_REQUEST."""
    unknown = await new_transactional_id(broker)
    came = await unknown.described()
    expect_error(came.error_code, Error.TRANSACTIONAL_ID_NOT_FOUND)
    expect("the id", came.transactional_id, unknown.id)
    nameless = type(unknown)(broker, unknown.connection, "")
    expect_error((await nameless.described()).error_code, Error.INVALID_REQUEST)
    expect("the version asked in", broker.version("DescribeTransactions"), version)


@case(
    "transactions.list",
    level=MUST,
    cites=f"{KIP}: ListTransactions",
    apis={"ListTransactions": "0+", **TOLD},
)
async def test_transactions_are_listed_by_state_and_producer(
    broker: Subject, version: int
) -> None:
    """All ids of the coordinator are listed, or those in certain states, or of certain
    producers; a state that there is not is told."""
    topic = await broker.topic()
    producer = await new_transactional_producer(broker)
    await producer.add(topic, 0)
    ids = (producer.producer_id,)
    for filters in ({}, {"ids": ids}, {"states": ("Ongoing",), "ids": ids}):
        came = await listed(producer.connection, **filters)
        mine = [
            it for it in came.transaction_states if it.transactional_id == producer.id
        ]
        expect("how often it is listed", len(mine), 1)
        expect("its producer", mine[0].producer_id, producer.producer_id)
        expect("its state", mine[0].transaction_state, "Ongoing")
    came = await listed(producer.connection, states=("Empty", "Nonsense"), ids=ids)
    expect("what is listed", came.transaction_states, ())
    expect("the unknown states", came.unknown_state_filters, ("Nonsense",))
    expect_success((await producer.end(commit=False)).error_code)
    expect("the version asked in", broker.version("ListTransactions"), version)


@case(
    "transactions.list.duration",
    level=MUST,
    cites="KIP-994: transactions that are open for longer than so many milliseconds",
    apis={"ListTransactions": "1+", **TOLD},
)
async def test_transactions_are_listed_by_age(broker: Subject, version: int) -> None:
    """One that has just begun is not older than an hour; a negative age is none."""
    topic = await broker.topic()
    producer = await new_transactional_producer(broker)
    await producer.add(topic, 0)
    young = await listed(producer.connection, duration_filter=3_600_000)
    any_age = await listed(producer.connection, duration_filter=-1)
    expect("whether it is listed", producer.id in names(young), expected=False)
    expect("whether it is listed", producer.id in names(any_age), expected=True)
    expect("the version asked in", broker.version("ListTransactions"), version)


@case(
    "transactions.list.pattern",
    level=SHOULD,
    cites="KIP-1152: transactional ids that match a regular expression",
    apis={"ListTransactions": "2+", **TOLD},
)
async def test_transactions_are_listed_by_name(broker: Subject, version: int) -> None:
    """The whole id has to match; a pattern that is none is refused."""
    producer = await new_transactional_producer(broker)
    for pattern, wanted in ((f"{producer.id[:-2]}.*", True), (producer.id[:-2], False)):
        came = await listed(producer.connection, transactional_id_pattern=pattern)
        expect("whether it is listed", producer.id in names(came), wanted)
    request = ListTransactionsRequest(
        state_filters=(), producer_id_filters=(), transactional_id_pattern="("
    )
    answer = await producer.connection.call(request, ListTransactionsResponse)
    expect_error(answer.error_code, Error.INVALID_REGULAR_EXPRESSION)
    expect("the version asked in", broker.version("ListTransactions"), version)
