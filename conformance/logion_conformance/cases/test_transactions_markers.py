"""WriteTxnMarkers: transactions are ended in a partition, hanging ones too."""

from __future__ import annotations

from logion.protocol.errors import Error
from logion.protocol.messages.write_txn_markers import (
    WritableTxnMarker,
    WritableTxnMarkerTopic,
    WriteTxnMarkersRequest,
    WriteTxnMarkersResponse,
)

from logion_conformance.case import MUST, case
from logion_conformance.cases.test_transactions_read import (
    READ,
    until_stable,
    written,
)
from logion_conformance.expect import expect, expect_error
from logion_conformance.material import Topic
from logion_conformance.subject import Subject

KIP = "KIP-98"
MARKERS = {"WriteTxnMarkers": "0-1", **READ}


class Producer:
    """A producer whose transactions are ended by hand."""

    def __init__(self, broker: Subject, topic: Topic, producer_id: int) -> None:
        """End transactions of this producer id in the topic."""
        self.broker = broker
        self.topic = topic
        self.producer_id = producer_id

    async def abort(
        self,
        *,
        epoch: int = 0,
        coordinator: int = 0,
        partition: int = 0,
        rules: int = 0,
    ) -> int:
        """Write the marker of an abort; return the error code of the partition."""
        wanted = WritableTxnMarkerTopic(
            name=self.topic.name, partition_indexes=(partition,)
        )
        marker = WritableTxnMarker(
            producer_id=self.producer_id,
            producer_epoch=epoch,
            transaction_result=False,
            topics=(wanted,),
            coordinator_epoch=coordinator,
            transaction_version=rules,
        )
        request = WriteTxnMarkersRequest(markers=(marker,))
        answer = await self.broker.ask_leader(
            self.topic, request, WriteTxnMarkersResponse
        )
        (told,) = answer.markers
        expect("the producer id", told.producer_id, self.producer_id)
        return told.topics[0].partitions[0].error_code


async def new_producer(broker: Subject, topic: Topic) -> Producer:
    """Return a producer with an id of its own."""
    return Producer(broker, topic, (await broker.producer_id()).producer_id)


@case(
    "transactions.markers.hanging",
    level=MUST,
    cites="KIP-664: hanging transactions are aborted by their markers",
    apis=MARKERS,
)
async def test_a_marker_ends_a_transaction_that_nobody_else_ends(
    broker: Subject, version: int
) -> None:
    """The transaction is aborted in the partition, and what lies behind it is read."""
    topic = await broker.topic()
    producer = await written(broker, topic, b"hanging")
    await broker.append(topic, b"behind")
    by_hand = Producer(broker, topic, producer.producer_id)
    expect_error(await by_hand.abort(epoch=producer.epoch), Error.NONE)
    data = await until_stable(broker, topic, 3)
    told = [(it.producer_id, it.first_offset) for it in data.aborted_transactions or ()]
    expect("the aborted transactions", told, [(producer.producer_id, 0)])
    expect("the version asked in", broker.version("WriteTxnMarkers"), version)


@case(
    "transactions.markers.fenced",
    level=MUST,
    cites=f"{KIP}: errors 47 INVALID_PRODUCER_EPOCH, 52 TRANSACTION_COORDINATOR_FENCED",
    apis=MARKERS,
)
async def test_earlier_producers_and_coordinators_write_no_markers(
    broker: Subject, version: int
) -> None:
    """A marker may be repeated; one of an earlier epoch of producer or coordinator is
    refused, and so is one to a partition that is not there."""
    topic = await broker.topic()
    producer = await new_producer(broker, topic)
    for _ in range(2):
        expect_error(await producer.abort(epoch=1, coordinator=4), Error.NONE)
    came = await producer.abort(epoch=0, coordinator=4)
    expect_error(came, Error.INVALID_PRODUCER_EPOCH)
    came = await producer.abort(epoch=1, coordinator=3)
    expect_error(came, Error.TRANSACTION_COORDINATOR_FENCED)
    came = await producer.abort(epoch=1, coordinator=4, partition=7)
    expect_error(came, Error.UNKNOWN_TOPIC_OR_PARTITION)
    expect("the end offset", await broker.end_offset(topic), 2)
    expect("the version asked in", broker.version("WriteTxnMarkers"), version)


@case(
    "transactions.markers.epochs",
    level=MUST,
    cites="KIP-1228: a marker bumps the epoch, or is of an earlier transaction",
    apis={**MARKERS, "WriteTxnMarkers": "2+"},
)
async def test_a_transaction_with_its_own_epoch_is_not_ended_by_a_late_marker(
    broker: Subject,
) -> None:
    """Under transaction.version 2 the epoch of an open transaction cannot end it; the
    next one does, and may be repeated."""
    topic = await broker.topic()
    producer = await written(broker, topic, b"a")
    by_hand = Producer(broker, topic, producer.producer_id)
    came = await by_hand.abort(epoch=producer.epoch, rules=2)
    expect_error(came, Error.INVALID_PRODUCER_EPOCH)
    for _ in range(2):
        came = await by_hand.abort(epoch=producer.epoch + 1, rules=2)
        expect_error(came, Error.NONE)
