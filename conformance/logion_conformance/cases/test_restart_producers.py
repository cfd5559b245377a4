"""What a broker still knows after it was stopped, or killed: of its producers."""

from __future__ import annotations

import pytest
from logion.client.committed import READ_COMMITTED, records_of
from logion.clock import SystemClock
from logion.protocol.errors import ApiError, Error
from logion.records.record import BatchOptions, Record

from logion_conformance.case import MUST, case
from logion_conformance.cases.test_transactions_read import written
from logion_conformance.expect import (
    expect,
    expect_error,
    expect_success,
    expect_that,
)
from logion_conformance.material import Reading, Topic, batch_of, values_in
from logion_conformance.provisioner import How, Provisioner
from logion_conformance.subject import Subject
from logion_conformance.transactions import new_transactional_producer

KIP = "KIP-98"
COMMITTED = Reading(max_wait_ms=0, isolation_level=READ_COMMITTED)
PRODUCER = {"Produce": "3+", "Fetch": "4+", "InitProducerId": "0+"}
TRANSACTIONS = {
    "Produce": "3-11",
    "Fetch": "4+",
    "AddPartitionsToTxn": "0-3",
    "EndTxn": "0-4",
    "InitProducerId": "0+",
    "FindCoordinator": "1+",
}

stopped_and_killed = pytest.mark.parametrize("how", ["stop", "kill"])


@case(
    "restart.idempotence",
    level=MUST,
    cites=f"{KIP}: the state of producers is rebuilt from the log",
    apis=PRODUCER,
)
@stopped_and_killed
async def test_a_retry_after_a_restart_appends_nothing(
    broker: Subject, provisioner: Provisioner, how: How
) -> None:
    """A batch that was appended before a restart and is sent again after it is there
    once; the next one of the producer is appended."""
    topic = await broker.topic()
    producer_id = (await broker.producer_id()).producer_id

    now = SystemClock().time_ms()  # producers of old records are forgotten

    def batch(sequence: int, value: bytes) -> bytes:
        options = BatchOptions(
            producer_id=producer_id, producer_epoch=0, base_sequence=sequence
        )
        return batch_of([Record(0, now, None, value)], options)

    for sequence, value in enumerate((b"a", b"b")):
        came = await broker.produce(topic, batch(sequence, value))
        expect_success(came.error_code)
    await provisioner.restart(how)
    await broker.again(topic)
    again = await broker.produce(topic, batch(1, b"b"))
    expect_success(again.error_code, "the error code of the retry")
    expect("the base offset of the retry", again.base_offset, 1)
    gap = await broker.produce(topic, batch(3, b"d"))
    expect_error(gap.error_code, Error.OUT_OF_ORDER_SEQUENCE_NUMBER)
    expect_success((await broker.produce(topic, batch(2, b"c"))).error_code)
    expect("the values", values_in(await broker.fetch(topic)), [b"a", b"b", b"c"])


@case(
    "restart.producer-ids",
    level=MUST,
    cites=f"{KIP}: producer ids are unique",
    apis={"InitProducerId": "0+"},
)
@stopped_and_killed
async def test_no_producer_id_is_given_twice(
    broker: Subject, provisioner: Provisioner, how: How
) -> None:
    """A producer id that is given after a restart was given to nobody before."""
    before = {(await broker.producer_id()).producer_id for _ in range(3)}
    await provisioner.restart(how)
    after = {(await broker.producer_id()).producer_id for _ in range(3)}
    expect("how many ids are distinct", len(before | after), 6)


async def until_read(broker: Subject, topic: Topic, *values: bytes) -> None:
    """See that a reader of committed records comes to read these."""

    async def look() -> None:
        data = await broker.fetch(topic, reading=COMMITTED)
        if data.last_stable_offset < data.high_watermark:
            raise ApiError(Error.REQUEST_TIMED_OUT, "a transaction is still open")

    await broker.cluster.retry(look)
    expect("the values", await committed_values(broker, topic), list(values))


async def committed_values(broker: Subject, topic: Topic) -> list[bytes | None]:
    """Return what a reader of committed records reads: a fetch need not give it all."""
    found: list[bytes | None] = []
    offset, end = 0, 1
    while offset < end:
        data = await broker.fetch(topic, offset, reading=COMMITTED)
        records, next_offset = records_of(data, offset, READ_COMMITTED)
        expect_that(
            "the next offset",
            holds=next_offset > offset,
            expected=f"more than {offset}",
            came=next_offset,
        )
        found += [it.value for it in records]
        offset, end = next_offset, data.last_stable_offset
    return found


@case(
    "restart.transactions.open",
    level=MUST,
    cites=f"{KIP}: the transaction log",
    apis=TRANSACTIONS,
)
@stopped_and_killed
async def test_an_open_transaction_goes_on(
    broker: Subject, provisioner: Provisioner, how: How
) -> None:
    """A transaction that was open at a restart holds readers of committed records back
    after it, and can be committed by its producer."""
    topic = await broker.topic()
    producer = await written(broker, topic, b"a")
    await provisioner.restart(how)
    await broker.again(topic)
    held = await broker.fetch(topic, reading=COMMITTED)
    expect("what is read of it", values_in(held), [])
    producer = await producer.again()
    expect_success((await producer.end(commit=True)).error_code)
    await until_read(broker, topic, b"a")


@case(
    "restart.transactions.ended",
    level=MUST,
    cites=f"{KIP}: the transaction log",
    apis=TRANSACTIONS,
)
@stopped_and_killed
async def test_what_was_decided_stays_decided(
    broker: Subject, provisioner: Provisioner, how: How
) -> None:
    """What was committed before a restart is read after it, what was aborted is not."""
    topic = await broker.topic()
    for value, commits in ((b"kept", True), (b"gone", False)):
        producer = await written(broker, topic, value)
        expect_success((await producer.end(commit=commits)).error_code)
    await provisioner.restart(how)
    await broker.again(topic)
    await until_read(broker, topic, b"kept")


@case(
    "restart.transactions.fenced",
    level=MUST,
    cites=f"{KIP}: fencing of zombies by the epoch",
    apis=TRANSACTIONS,
)
@stopped_and_killed
async def test_who_was_fenced_stays_fenced(
    broker: Subject, provisioner: Provisioner, how: How
) -> None:
    """A producer whose transactional id another has taken over before a restart can
    begin nothing after it; the epoch of the next one is higher still."""
    topic = await broker.topic()
    old = await new_transactional_producer(broker)
    new = await old.begun()
    await provisioner.restart(how)
    await broker.again(topic)
    (code,) = await (await old.again()).add(topic, 0)
    expect_error(code, Error.INVALID_PRODUCER_EPOCH, Error.PRODUCER_FENCED)
    latest = await (await new.again()).begun()
    expect("the producer id", latest.producer_id, old.producer_id)
    expect_that(
        "the epoch",
        holds=latest.epoch > new.epoch,
        expected=f"more than {new.epoch}",
        came=latest.epoch,
    )
