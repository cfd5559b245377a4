"""EndTxn: a transaction is committed or aborted, once."""

from __future__ import annotations

from logion.protocol.errors import Error

from logion_conformance.case import MUST, case
from logion_conformance.expect import expect, expect_error, expect_success
from logion_conformance.subject import Subject
from logion_conformance.transactions import (
    new_transactional_id,
    new_transactional_producer,
)

KIP = "KIP-98"
END = {
    "EndTxn": "0-4",
    "AddPartitionsToTxn": "0-3",
    "InitProducerId": "0+",
    "FindCoordinator": "1+",
}
EPOCHS = {**END, "EndTxn": "5+"}


@case(
    "transactions.end",
    level=MUST,
    cites=f"{KIP}: EndTxn, and markers in all partitions of the transaction",
    apis=END,
)
async def test_an_end_writes_one_marker_into_each_partition(
    broker: Subject, version: int
) -> None:
    """A transaction that ends leaves one control batch in its partition; to end it in
    the same way again changes nothing, in the other way is INVALID_TXN_STATE."""
    topic = await broker.topic()
    producer = await new_transactional_producer(broker)
    for number, commit in enumerate((True, False), start=1):
        expect("the answer to the partition", await producer.add(topic, 0), [0])
        expect_success((await producer.end(commit=commit)).error_code)
        expect_success((await producer.end(commit=commit)).error_code)
        came = await producer.end(commit=not commit)
        expect_error(came.error_code, Error.INVALID_TXN_STATE)
        expect("the end offset", await broker.end_offset(topic), number)
    expect("the version asked in", broker.version("EndTxn"), version)


@case(
    "transactions.end.nothing",
    level=MUST,
    cites=f"{KIP}: error 48 INVALID_TXN_STATE",
    apis=END,
)
async def test_what_was_not_begun_cannot_be_ended(
    broker: Subject, version: int
) -> None:
    """A producer that has added nothing can neither commit nor abort."""
    producer = await new_transactional_producer(broker)
    for commit in (True, False):
        came = await producer.end(commit=commit)
        expect_error(came.error_code, Error.INVALID_TXN_STATE)
    expect("the version asked in", broker.version("EndTxn"), version)


@case(
    "transactions.end.fenced",
    level=MUST,
    cites=f"{KIP}; KIP-588: error 90 PRODUCER_FENCED from version 2 on",
    apis=END,
)
async def test_only_the_present_producer_ends(broker: Subject, version: int) -> None:
    """A producer of an earlier epoch is fenced; another producer id, and a
    transactional id that nobody has, are INVALID_PRODUCER_ID_MAPPING; the empty one is
    an INVALID_REQUEST."""
    topic = await broker.topic()
    zombie = await new_transactional_producer(broker)
    producer = await zombie.begun()
    expect("the answer to the partition", await producer.add(topic, 0), [0])
    fenced = Error.PRODUCER_FENCED if version >= 2 else Error.INVALID_PRODUCER_EPOCH
    expect_error((await zombie.end(commit=True)).error_code, fenced)
    unknown = await new_transactional_id(broker)
    came = await unknown.end(commit=True)
    expect_error(came.error_code, Error.INVALID_PRODUCER_ID_MAPPING)
    nameless = type(unknown)(broker, unknown.connection, "")
    came = await nameless.end(commit=True)
    expect_error(came.error_code, Error.INVALID_REQUEST)
    expect_success((await producer.end(commit=False)).error_code)
    expect("the version asked in", broker.version("EndTxn"), version)


@case(
    "transactions.end.epochs",
    level=MUST,
    cites="KIP-890: every transaction has its own epoch",
    apis=EPOCHS,
)
async def test_an_end_takes_an_epoch_and_may_be_repeated(
    broker: Subject, version: int
) -> None:
    """The answer has the producer id and the epoch of the next transaction; asked
    again with the epoch that ended it is the same, asked for the other end
    INVALID_TXN_STATE."""
    topic = await broker.topic()
    producer = await new_transactional_producer(broker)
    for number, commit in enumerate((True, False), start=1):
        expect("the answer to the partition", await producer.add(topic, 0), [0])
        for _ in range(2):
            came = await producer.end(commit=commit)
            expect_success(came.error_code)
            expect("the producer id", came.producer_id, producer.producer_id)
            expect("the epoch", came.producer_epoch, number)
        came = await producer.end(commit=not commit)
        expect_error(came.error_code, Error.INVALID_TXN_STATE)
        expect("the end offset", await broker.end_offset(topic), number)
        producer = producer.at(number)
    expect("the version asked in", broker.version("EndTxn"), version)


@case(
    "transactions.end.epochs.nothing",
    level=MUST,
    cites="KIP-890: a producer that does not know whether it began may abort",
    apis=EPOCHS,
)
async def test_what_may_not_have_begun_can_be_aborted(
    broker: Subject, version: int
) -> None:
    """Without anything added an abort takes an epoch, time after time; a commit is
    INVALID_TXN_STATE, and an epoch that never ended anything is fenced."""
    producer = await new_transactional_producer(broker)
    for epoch in (1, 2):
        came = await producer.end(commit=True)
        expect_error(came.error_code, Error.INVALID_TXN_STATE)
        came = await producer.end(commit=False)
        expect_success(came.error_code)
        expect("the epoch", came.producer_epoch, epoch)
        producer = producer.at(epoch)
    for epoch in (0, 3):
        came = await producer.at(epoch).end(commit=False)
        expect_error(came.error_code, Error.PRODUCER_FENCED)
    expect("the version asked in", broker.version("EndTxn"), version)
