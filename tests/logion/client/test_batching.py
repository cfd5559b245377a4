from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from logion.client.batching import SEQUENCES, Gathering, Identity, size_of
from logion.names import ProducerEpoch, ProducerId, TopicPartition
from logion.records.record import Record

ONE = TopicPartition("t", 0)
TWO = TopicPartition("t", 1)
PRODUCER = Identity(ProducerId(7), ProducerEpoch(0))


def record(size: int) -> Record:
    return Record(0, 0, None, bytes(size))


def test_a_partition_is_full_once_its_batch_is() -> None:
    gathering = Gathering(Identity(), batch_size_max=100)
    assert not gathering.add(ONE, record(50))
    assert not gathering.add(TWO, record(50))
    assert gathering.add(ONE, record(50))


def test_each_partition_gives_one_batch_at_a_time() -> None:
    gathering = Gathering(Identity(), batch_size_max=100)
    for _ in range(3):
        gathering.add(ONE, record(50))
    gathering.add(TWO, record(1))
    assert [(b.partition, len(b.records)) for b in gathering.take()] == [
        (ONE, 1),
        (TWO, 1),
    ]
    assert [(b.partition, len(b.records)) for b in gathering.take()] == [(ONE, 1)]


def test_a_record_larger_than_a_batch_goes_alone() -> None:
    gathering = Gathering(Identity(), batch_size_max=10)
    gathering.add(ONE, record(500))
    (batch,) = gathering.take()
    assert len(batch.records) == 1


def test_without_an_identity_nothing_is_numbered() -> None:
    gathering = Gathering(Identity(), batch_size_max=100)
    gathering.add(ONE, record(1))
    assert gathering.take()[0].base_sequence == -1


def test_an_idempotent_producer_numbers_each_partition() -> None:
    gathering = Gathering(PRODUCER, batch_size_max=1000)
    numbers: dict[TopicPartition, list[int]] = {ONE: [], TWO: []}
    for count in (2, 3):
        for partition in (ONE, TWO):
            for _ in range(count):
                gathering.add(partition, record(1))
        for batch in gathering.take():
            numbers[batch.partition].append(batch.base_sequence)
    assert numbers == {ONE: [0, 2], TWO: [0, 2]}


def test_numbers_start_over_after_the_largest() -> None:
    gathering = Gathering(PRODUCER, batch_size_max=1000)
    gathering._sequences[ONE] = SEQUENCES - 1
    for expected in (SEQUENCES - 1, 1):
        gathering.add(ONE, record(1))
        gathering.add(ONE, record(1))
        assert gathering.take()[0].base_sequence == expected


def test_headers_count_into_the_size() -> None:
    plain = Record(0, 0, b"k", b"v")
    assert size_of(plain._replace(headers=(("name", b"v"),))) == size_of(plain) + 5


@given(sizes=st.lists(st.integers(0, 200), max_size=40), limit=st.integers(1, 300))
def test_every_record_leaves_once_in_order_and_in_batches_that_fit(
    sizes: list[int], limit: int
) -> None:
    gathering = Gathering(PRODUCER, batch_size_max=limit)
    for number, size in enumerate(sizes):
        gathering.add(ONE, Record(0, number, None, bytes(size)))
    left: list[int] = []
    while batches := gathering.take():
        (batch,) = batches
        assert batch.base_sequence == len(left)
        assert [each.offset for each in batch.records] == [*range(len(batch.records))]
        fits = sum(map(size_of, batch.records)) <= limit
        assert fits or len(batch.records) == 1
        left += [each.timestamp for each in batch.records]
    assert left == [*range(len(sizes))]
