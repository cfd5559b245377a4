from __future__ import annotations

import pytest
from logion.protocol.errors import Error
from logion.protocol.messages.write_txn_markers import (
    WritableTxnMarker,
    WritableTxnMarkerTopic,
    WriteTxnMarkersRequest,
)

from tests.logion.broker.running import running


def marker(
    producer_id: int, *partitions: int, topic: str = "t", version: int = 0
) -> WritableTxnMarker:
    """Return an abort of a transaction in some partitions."""
    return WritableTxnMarker(
        producer_id=producer_id,
        producer_epoch=0,
        transaction_result=False,
        topics=(WritableTxnMarkerTopic(name=topic, partition_indexes=partitions),),
        coordinator_epoch=0,
        transaction_version=version,
    )


@pytest.mark.parametrize(
    ("release", "version"), [("0.11.0", 0), ("2.8", 1), ("3.9", 1), ("4.3", 2)]
)
async def test_every_marker_is_answered_by_producer_and_partition(
    release: str, version: int
) -> None:
    markers = (marker(7, 0, 1), marker(8, 0), marker(7, 0, topic="nope"))
    async with running(release=release) as broker:
        await broker.create("t", 2)
        request = WriteTxnMarkersRequest(markers=markers)
        answer = await broker.ask(request, version)
        assert broker.partition("t").log.end_offset == 2
    told = {
        (result.producer_id, topic.name, it.partition_index): it.error_code
        for result in answer.markers
        for topic in result.topics
        for it in topic.partitions
    }
    assert len(answer.markers) == 2
    assert told == {
        (7, "t", 0): Error.NONE,
        (7, "t", 1): Error.NONE,
        (8, "t", 0): Error.NONE,
        (7, "nope", 0): Error.UNKNOWN_TOPIC_OR_PARTITION,
    }


async def test_nothing_is_answered_where_nothing_is_asked() -> None:
    async with running() as broker:
        nothing = await broker.ask(WriteTxnMarkersRequest(markers=()))
        nowhere = await broker.ask(WriteTxnMarkersRequest(markers=(marker(7),)))
    assert (nothing.markers, nowhere.markers) == ((), ())
