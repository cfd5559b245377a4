from __future__ import annotations

from logion.names import NO_LEADER_EPOCH, ProducerEpoch, ProducerId
from logion.protocol.messages.fetch import (
    FetchableTopicResponse,
    FetchResponse,
    PartitionData,
)
from logion.records.control import (
    ControlType,
    EndTransactionMarker,
    write_end_transaction_marker,
)
from logion.records.record import BatchOptions, Record, write_batch
from logion_conformance.compare.neutral import neutral, with_neutral_records


def of(producer_id: int, value: bytes = b"a", timestamp: int = 7) -> bytes:
    """Return a batch of a producer; of nobody for -1."""
    options = BatchOptions(producer_id=ProducerId(producer_id))
    return write_batch((Record(0, timestamp, None, value),), options)


def marker(kind: ControlType, timestamp: int) -> bytes:
    """Return a marker that was written at a time."""
    return write_end_transaction_marker(
        EndTransactionMarker(kind, 0),
        offset=0,
        timestamp=timestamp,
        leader_epoch=NO_LEADER_EPOCH,
        producer_id=ProducerId(timestamp),
        producer_epoch=ProducerEpoch(0),
    )


def test_whose_a_batch_is_and_when_a_marker_was_written_does_not_count() -> None:
    assert neutral(of(5) + of(6)) == neutral(of(7) + of(8))
    commit, abort = ControlType.COMMIT, ControlType.ABORT
    assert neutral(marker(commit, 1)) == neutral(marker(commit, 2))
    assert neutral(marker(commit, 1)) != neutral(marker(abort, 1))


def test_everything_else_does() -> None:
    assert neutral(of(5, b"a")) != neutral(of(5, b"b"))
    assert neutral(of(5, timestamp=7)) != neutral(of(5, timestamp=8))
    plain = of(-1)
    assert neutral(plain + plain[:20]) == plain + plain[:20]
    old = write_batch((Record(0, 7, None, b"a"),), BatchOptions(magic=1))
    assert neutral(old) == old


def test_the_batches_of_a_fetch_are_made_neutral() -> None:
    some = PartitionData(
        partition_index=0, error_code=0, high_watermark=1, records=of(5)
    )
    none = PartitionData(
        partition_index=1, error_code=0, high_watermark=1, records=None
    )
    topic = FetchableTopicResponse(topic="t", partitions=(some, none))
    answer = with_neutral_records(FetchResponse(responses=(topic,)))
    found = [it.records for it in answer.responses[0].partitions]
    assert found == [neutral(of(5)), None]
