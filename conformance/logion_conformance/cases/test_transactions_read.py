"""Records of transactions: which are taken, and what readers of committed ones get."""

from __future__ import annotations

import trio
from logion.protocol import schema
from logion.protocol.errors import ApiError, Error
from logion.protocol.messages.describe_producers import (
    DescribeProducersRequest,
    DescribeProducersResponse,
    ProducerState,
    TopicRequest,
)
from logion.protocol.messages.fetch import PartitionData
from logion.protocol.messages.list_offsets import ListOffsetsResponse

from logion_conformance.case import MUST, SHOULD, case
from logion_conformance.expect import (
    expect,
    expect_error,
    expect_success,
    expect_wait,
)
from logion_conformance.material import (
    LATEST,
    Reading,
    Topic,
    offsets_request,
    values_in,
)
from logion_conformance.subject import Subject
from logion_conformance.transactions import (
    TransactionalProducer,
    new_transactional_producer,
)

KIP = "KIP-98"
COMMITTED = 1
WAIT_MS = 8_000
WRITE = {
    "Produce": "3-11",
    "AddPartitionsToTxn": "0-3",
    "EndTxn": "0-4",
    "InitProducerId": "0+",
    "FindCoordinator": "1+",
}
READ = {"Fetch": "4+", **WRITE}


async def written(
    broker: Subject, topic: Topic, *values: bytes
) -> TransactionalProducer:
    """Return a producer that has written to partition 0, in an open transaction."""
    producer = await new_transactional_producer(broker)
    expect("the answer to the partition", await producer.add(topic, 0), [0])
    expect_success((await producer.produce(topic, *values)).error_code)
    return producer


async def committed(
    broker: Subject, topic: Topic, offset: int = 0, *, wait_ms: int = 0
) -> PartitionData:
    """Return what a reader of committed records gets."""
    reading = Reading(max_wait_ms=wait_ms, isolation_level=COMMITTED)
    return await broker.fetch(topic, offset, reading=reading)


async def until_stable(broker: Subject, topic: Topic, offset: int) -> PartitionData:
    """Return what is read once everything below `offset` is stable: markers may come
    a little after the answer to EndTxn."""

    async def look() -> PartitionData:
        data = await committed(broker, topic)
        if data.last_stable_offset < offset:
            text = f"last stable offset {data.last_stable_offset}, not {offset}"
            raise ApiError(Error.REQUEST_TIMED_OUT, text)
        return data

    return await broker.cluster.retry(look)


@case(
    "transactions.read.open",
    level=MUST,
    cites=f"{KIP}: the last stable offset, FetchRequest.IsolationLevel",
    apis=READ,
)
async def test_what_lies_behind_an_open_transaction_is_not_read(
    broker: Subject, version: int
) -> None:
    """Readers of committed records stop where the first open transaction begins, and
    read on when it is committed; others read all the time."""
    topic = await broker.topic()
    await broker.append(topic, b"a")
    producer = await written(broker, topic, b"b", b"c")
    await broker.append(topic, b"d")
    data = await committed(broker, topic)
    expect("the values", values_in(data), [b"a"])
    expect("the last stable offset", data.last_stable_offset, 1)
    expect("the high watermark", data.high_watermark, 4)
    everything = [b"a", b"b", b"c", b"d"]
    expect("what others read", values_in(await broker.fetch(topic)), everything)
    expect_success((await producer.end(commit=True)).error_code)
    data = await until_stable(broker, topic, 5)
    expect("the values", values_in(data), everything)
    expect("the aborted transactions", data.aborted_transactions or (), ())
    expect("the version of Fetch", broker.version("Fetch"), version)


@case(
    "transactions.read.aborted",
    level=MUST,
    cites=f"{KIP}: FetchResponse.AbortedTransactions",
    apis=READ,
)
async def test_aborted_transactions_are_told_with_where_they_began(
    broker: Subject, version: int
) -> None:
    """A reader of committed records is told producer id and first offset of each
    aborted transaction among what it gets; others are told none."""
    topic = await broker.topic()
    await broker.append(topic, b"a")
    producer = await written(broker, topic, b"gone")
    expect_success((await producer.end(commit=False)).error_code)
    data = await until_stable(broker, topic, 3)
    told = [(it.producer_id, it.first_offset) for it in data.aborted_transactions or ()]
    expect("the aborted transactions", told, [(producer.producer_id, 1)])
    behind = await committed(broker, topic, 3)
    expect("those behind them", behind.aborted_transactions or (), ())
    others = await broker.fetch(topic)
    expect("those told to others", others.aborted_transactions or (), ())
    expect("the version of Fetch", broker.version("Fetch"), version)


@case(
    "transactions.read.waits",
    level=MUST,
    cites=f"{KIP}; FetchRequest.MinBytes of what may be read",
    apis={**READ, "Fetch": "7+"},
)
async def test_a_fetch_that_waits_is_answered_when_the_transaction_ends(
    broker: Subject,
) -> None:
    """Bytes behind the last stable offset are not enough for a reader of committed
    records; the marker that ends the transaction wakes it."""
    topic = await broker.topic()
    producer = await written(broker, topic, b"a")
    found: list[PartitionData] = []

    async def read() -> None:
        found.append(await committed(broker, topic, wait_ms=WAIT_MS))

    started = trio.current_time()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(read)
        await trio.sleep(0.3)
        expect("how many answers there are before", len(found), 0)
        expect_success((await producer.end(commit=True)).error_code)
    expect_wait(trio.current_time() - started, ms_min=200, ms_max=WAIT_MS / 2)
    expect("the values", values_in(found[0]), [b"a"])


@case(
    "transactions.read.offsets",
    level=MUST,
    cites=f"{KIP}: ListOffsetsRequest.IsolationLevel",
    apis={"ListOffsets": "2+", "Fetch": "4+", **WRITE},
)
async def test_the_end_is_the_last_stable_offset_for_readers_of_committed_records(
    broker: Subject, version: int
) -> None:
    """LATEST is where an open transaction begins, and the high watermark to others."""
    topic = await broker.topic()
    await broker.append(topic, b"a")
    producer = await written(broker, topic, b"b")

    async def latest(isolation: int) -> int:
        asked = schema.replace(
            offsets_request(topic, LATEST), isolation_level=isolation
        )
        answer = await broker.ask_leader(topic, asked, ListOffsetsResponse)
        return answer.topics[0].partitions[0].offset

    expect("the end for all", await latest(0), 2)
    expect("the end of what is committed", await latest(COMMITTED), 1)
    expect_success((await producer.end(commit=True)).error_code)
    await until_stable(broker, topic, 3)
    expect("the end of what is committed", await latest(COMMITTED), 3)
    expect("the version of ListOffsets", broker.version("ListOffsets"), version)


async def state_of(broker: Subject, topic: Topic) -> ProducerState:
    """Return the one producer of partition 0."""
    wanted = TopicRequest(name=topic.name, partition_indexes=(0,))
    request = DescribeProducersRequest(topics=(wanted,))
    answer = await broker.ask_leader(topic, request, DescribeProducersResponse)
    (found,) = answer.topics[0].partitions[0].active_producers
    return found


@case(
    "transactions.read.producers",
    level=MUST,
    cites="KIP-664: DescribeProducers",
    apis={"DescribeProducers": "0+", **READ},
)
async def test_a_producer_is_described_with_its_open_transaction(
    broker: Subject,
) -> None:
    """Where its transaction begins in the partition, -1 when it has ended; then the
    coordinator's epoch is known too."""
    topic = await broker.topic()
    await broker.append(topic, b"a")
    producer = await written(broker, topic, b"b", b"c")
    state = await state_of(broker, topic)
    came = (state.producer_id, state.producer_epoch, state.last_sequence)
    expect("the producer", came, (producer.producer_id, producer.epoch, 1))
    expect("where the transaction begins", state.current_txn_start_offset, 1)
    expect("the coordinator's epoch", state.coordinator_epoch, -1)
    expect_success((await producer.end(commit=True)).error_code)
    await until_stable(broker, topic, 4)
    state = await state_of(broker, topic)
    expect("where the transaction begins", state.current_txn_start_offset, -1)
    expect("the coordinator's epoch", state.coordinator_epoch, 0)


# --- what is written -----------------------------------------------------------------


@case(
    "transactions.write.not-added",
    level=SHOULD,
    cites="KIP-890: error 48 INVALID_TXN_STATE, 120 TRANSACTION_ABORTABLE from v11 on",
    apis=WRITE,
)
async def test_a_partition_that_was_not_added_is_refused_by_brokers_that_verify(
    broker: Subject, version: int
) -> None:
    """Brokers since 3.6 write only to partitions that the transaction has; older ones
    take the batch."""
    topic = await broker.topic()
    producer = await new_transactional_producer(broker)
    came = await producer.produce(topic, b"a")
    refusal = Error.TRANSACTION_ABORTABLE if version >= 11 else Error.INVALID_TXN_STATE
    allowed = (refusal,) if version >= 10 else (refusal, Error.NONE)
    expect_error(came.error_code, *allowed)
    if came.error_code == Error.NONE:  # nobody else would end it
        expect("the answer to the partition", await producer.add(topic, 0), [0])
        expect_success((await producer.end(commit=False)).error_code)
    expect("the version of Produce", broker.version("Produce"), version)


@case(
    "transactions.write.adds",
    level=MUST,
    cites="KIP-890: partitions are added by writing to them",
    apis={**READ, "Produce": "12+", "EndTxn": "5+", "Fetch": "4+"},
)
async def test_a_write_adds_its_partition_to_the_transaction(broker: Subject) -> None:
    """From version 12 on a batch needs no AddPartitionsToTxn before it; the next
    transaction has the next epoch, and begins with sequence 0."""
    topic = await broker.topic()
    producer = await new_transactional_producer(broker)
    for number in range(2):
        expect_success((await producer.produce(topic, b"%d" % number)).error_code)
        came = await producer.end(commit=True)
        expect_success(came.error_code)
        await until_stable(broker, topic, 2 * number + 2)
        data = await committed(broker, topic, 2 * number)
        expect("the values", values_in(data, 2 * number), [b"%d" % number])
        producer = producer.at(came.producer_epoch)


@case(
    "transactions.write.fenced",
    level=MUST,
    cites=f"{KIP}: error 47 INVALID_PRODUCER_EPOCH",
    apis=READ,
)
async def test_a_producer_that_was_replaced_writes_no_more(broker: Subject) -> None:
    """Once a producer of a later epoch has begun, the transaction of the earlier one is
    aborted, and it may not write to the partition again."""
    topic = await broker.topic()
    zombie = await written(broker, topic, b"a")
    await zombie.begun()
    await until_stable(broker, topic, 2)
    came = await zombie.produce(topic, b"b", sequence=1)
    expect_error(came.error_code, Error.INVALID_PRODUCER_EPOCH)


@case(
    "transactions.write.outside",
    level=MUST,
    cites=f"{KIP}: error 53 TRANSACTIONAL_ID_AUTHORIZATION_FAILED",
    apis={"Produce": "7+", "InitProducerId": "0+"},
)
async def test_a_batch_of_a_transaction_needs_its_name(broker: Subject) -> None:
    """A batch of a transaction in a request without transactional id is refused."""
    topic = await broker.topic()
    came = await broker.producer_id()
    records = broker.batch(
        b"a",
        producer_id=came.producer_id,
        producer_epoch=0,
        base_sequence=0,
        is_transactional=True,
    )
    told = await broker.produce(topic, records)
    expect_error(told.error_code, Error.TRANSACTIONAL_ID_AUTHORIZATION_FAILED)
    expect("the end offset", await broker.end_offset(topic), 0)
