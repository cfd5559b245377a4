from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from logion.log.producers import (
    BATCHES_REMEMBERED,
    SEQUENCE_LAST,
    Completed,
    Marker,
    Producer,
    Span,
    appended_before,
    check_marker,
    check_next,
    is_expired,
    on_batch,
    on_marker,
    open_transactions,
    repeated,
)
from logion.protocol.errors import ApiError, Error
from logion.records.batch import Batch, parse_batch
from logion.records.record import BatchOptions, Record, write_batch


def batch(
    sequence: int,
    count: int = 1,
    *,
    epoch: int = 0,
    offset: int = 0,
    transactional: bool = False,
    control: bool = False,
    producer_id: int = 7,
) -> Batch:
    """Return the header of a batch of producer 7, or of another."""
    options = BatchOptions(
        producer_id=producer_id,
        producer_epoch=epoch,
        base_sequence=sequence,
        is_transactional=transactional,
        is_control=control,
    )
    records = [Record(offset + i, 1000 + offset) for i in range(count)]
    return parse_batch(write_batch(records, options))


def producer(*batches: Batch) -> Producer:
    """Return the producer that wrote `batches`."""
    known: Producer | None = None
    for one in batches:
        known = on_batch(known, one)
    assert known is not None
    return known


def refusal(known: Producer | None, one: Batch, unknown: Error = Error.NONE) -> Error:
    with pytest.raises(ApiError) as raised:
        check_next(known, one, unknown)
    return raised.value.error


def test_the_next_sequence_is_accepted() -> None:
    known = producer(batch(0, 3))
    check_next(known, batch(3, offset=3))


def test_a_gap_is_refused() -> None:
    known = producer(batch(0, 3))
    assert refusal(known, batch(4)) is Error.OUT_OF_ORDER_SEQUENCE_NUMBER
    assert refusal(known, batch(2)) is Error.OUT_OF_ORDER_SEQUENCE_NUMBER


def test_after_the_last_sequence_comes_0() -> None:
    known = producer(batch(SEQUENCE_LAST))
    check_next(known, batch(0, offset=1))
    assert refusal(known, batch(1)) is Error.OUT_OF_ORDER_SEQUENCE_NUMBER


def test_a_batch_across_the_last_sequence_is_followed_by_its_next() -> None:
    known = producer(batch(SEQUENCE_LAST - 1, 4))
    assert known.last_sequence == 1
    check_next(known, batch(2, offset=4))


def test_a_repeated_batch_is_found_among_the_last_five() -> None:
    assert (BATCHES_REMEMBERED, SEQUENCE_LAST) == (5, 2_147_483_647)
    batches = [batch(i, offset=10 + i) for i in range(BATCHES_REMEMBERED + 1)]
    known = producer(*batches)
    assert repeated(known, batches[0]) is None
    for number, one in enumerate(batches[1:], 11):
        span = repeated(known, one)
        assert span is not None
        assert (span.base_offset, span.last_offset) == (number, number)


def test_half_a_batch_is_no_repetition() -> None:
    known = producer(batch(0, 3))
    assert repeated(known, batch(0, 2)) is None
    assert repeated(known, batch(0, 3, epoch=1)) is None
    assert repeated(None, batch(0, 3)) is None


def test_an_older_epoch_is_fenced() -> None:
    known = producer(batch(0, epoch=2))
    assert refusal(known, batch(1, epoch=1)) is Error.INVALID_PRODUCER_EPOCH


def test_a_new_epoch_begins_with_sequence_0() -> None:
    known = producer(batch(0, 3))
    check_next(known, batch(0, epoch=1))
    error = refusal(known, batch(3, epoch=1))
    assert error is Error.OUT_OF_ORDER_SEQUENCE_NUMBER
    after = on_batch(known, batch(0, epoch=1, offset=3))
    assert (after.epoch, after.spans) == (1, (Span(0, 0, 3, 3, 1003),))


def test_an_unknown_producer_may_begin_anywhere_since_2_5() -> None:
    check_next(None, batch(17))


@pytest.mark.parametrize(
    "unknown", [Error.UNKNOWN_PRODUCER_ID, Error.OUT_OF_ORDER_SEQUENCE_NUMBER]
)
def test_an_unknown_producer_began_with_0_before(unknown: Error) -> None:
    check_next(None, batch(0), unknown)
    assert refusal(None, batch(17), unknown) is unknown


def test_a_transaction_opens_with_its_first_batch() -> None:
    known = producer(
        batch(0, offset=5, transactional=True), batch(1, offset=6, transactional=True)
    )
    assert known.transaction_start == 5
    older = replace(known, producer_id=8, transaction_start=3)
    assert list(open_transactions([known, older]).items()) == [(8, 3), (7, 5)]
    assert refusal(known, batch(2, offset=7)) is Error.INVALID_TXN_STATE


def test_a_marker_ends_the_transaction() -> None:
    known = producer(batch(0, offset=5, transactional=True))
    end = batch(-1, offset=6, transactional=True, control=True)
    after, completed = on_marker(
        known, end, Marker(6, is_commit=False, coordinator_epoch=2)
    )
    assert completed == Completed(7, 5, 6, is_commit=False)
    assert (after.transaction_start, after.coordinator_epoch) == (None, 2)
    assert (after.last_sequence, after.timestamp) == (0, 1006)
    assert open_transactions([after]) == {}


def test_a_marker_without_a_transaction_ends_nothing() -> None:
    end = batch(-1, epoch=3, control=True)
    after, completed = on_marker(
        None, end, Marker(6, is_commit=True, coordinator_epoch=0)
    )
    assert completed is None
    assert (after.producer_id, after.epoch, after.spans) == (7, 3, ())
    check_next(after, batch(0, epoch=3))


def test_a_marker_of_an_old_coordinator_is_fenced() -> None:
    known = replace(producer(batch(0)), coordinator_epoch=4)
    marker = Marker(1, is_commit=True, coordinator_epoch=3)
    with pytest.raises(ApiError) as raised:
        check_marker(known, batch(-1, control=True), marker)
    assert raised.value.error is Error.TRANSACTION_COORDINATOR_FENCED
    check_marker(None, batch(-1, control=True), marker)


@pytest.mark.parametrize(
    ("epoch", "version", "is_taken"),
    [(0, 0, True), (0, 1, True), (0, 2, False), (1, 2, True), (1, 0, True)],
)
def test_a_transaction_that_ends_in_its_own_epoch_is_not_ended_by_one_before(
    epoch: int, version: int, *, is_taken: bool
) -> None:
    marker = Marker(6, is_commit=True, coordinator_epoch=0)
    known = producer(batch(0, transactional=True))
    end = batch(-1, epoch=epoch, control=True)
    if is_taken:
        check_marker(known, end, marker, version)
        return
    with pytest.raises(ApiError) as raised:
        check_marker(known, end, marker, version)
    assert raised.value.error is Error.INVALID_PRODUCER_EPOCH


def test_a_marker_may_be_repeated_and_the_last_epoch_has_none_after_it() -> None:
    marker = Marker(6, is_commit=True, coordinator_epoch=0)
    ended, _ = on_marker(None, batch(-1, epoch=3, control=True), marker)
    check_marker(ended, batch(-1, epoch=3, control=True), marker, 2)
    last = producer(batch(0, epoch=2**15 - 1, transactional=True))
    check_marker(last, batch(-1, epoch=2**15 - 1, control=True), marker, 2)


def test_a_batch_that_is_there_is_found_and_any_other_is_checked() -> None:
    first, second = batch(0, offset=5), batch(1, offset=6)
    known = {7: producer(first)}
    assert appended_before(known, first) == Span(0, 0, 5, 5, 1005)
    assert appended_before(known, second) is None
    with pytest.raises(ApiError, match="OUT_OF_ORDER_SEQUENCE_NUMBER"):
        appended_before(known, batch(2, offset=6))
    with pytest.raises(ApiError, match="UNKNOWN_PRODUCER_ID"):
        appended_before({}, second, Error.UNKNOWN_PRODUCER_ID)


def test_producer_0_is_one_and_without_an_id_there_is_none() -> None:
    assert (
        appended_before({}, batch(17, producer_id=-1), Error.UNKNOWN_SERVER_ERROR)
        is None
    )
    known = {0: on_batch(None, batch(0, producer_id=0))}
    with pytest.raises(ApiError, match="producer 0, epoch 0: sequence 2 where 1 was"):
        appended_before(known, batch(2, producer_id=0))


def test_a_refusal_says_what_was_found_and_what_was_expected() -> None:
    known = replace(producer(batch(0, 3, epoch=2)), transaction_start=0)
    refused = {
        batch(4, epoch=2): "^producer 7, epoch 2: sequence 4 where 3 was expected$",
        batch(3, epoch=1): "^producer 7: epoch 1 is older than the last one seen, 2$",
        batch(3, epoch=2): "^producer 7 wrote outside its open transaction$",
    }
    for one, message in refused.items():
        with pytest.raises(ApiError) as raised:
            check_next(known, one)
        assert re.match(message, str(raised.value.message))
    with pytest.raises(ApiError, match="producer 7 is not known here"):
        check_next(None, batch(17), Error.UNKNOWN_PRODUCER_ID)


def test_a_refused_marker_says_why() -> None:
    known = replace(producer(batch(0, transactional=True)), coordinator_epoch=4)
    end = batch(-1, control=True)
    old, new = (Marker(1, is_commit=True, coordinator_epoch=it) for it in (3, 4))
    with pytest.raises(ApiError, match=r"epoch 3 is older than the last one seen, 4$"):
        check_marker(known, end, old)
    stale = (
        r": producer 7: a marker with epoch 0 cannot end the transaction that began in"
    )
    with pytest.raises(ApiError, match=stale):
        check_marker(known, end, new, 2)


def test_an_idle_producer_is_forgotten_unless_in_a_transaction() -> None:
    known = producer(batch(0))
    assert not is_expired(known, 1999, 1000)
    assert is_expired(known, 2000, 1000)
    assert not is_expired(replace(known, transaction_start=0), 2000, 1000)


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(1, 3)), max_size=40))
def test_only_whole_runs_of_sequences_are_appended(
    tries: list[tuple[int, int]],
) -> None:
    known: Producer | None = None
    appended: list[int] = []
    for sequence, count in tries:
        one = batch(sequence, count, offset=len(appended))
        if repeated(known, one) is not None:
            continue
        try:
            check_next(known, one, Error.UNKNOWN_PRODUCER_ID)
        except ApiError:
            continue
        known = on_batch(known, one)
        appended += range(sequence, sequence + count)
    assert appended == list(range(len(appended)))


def test_a_producer_knows_the_last_of_what_it_wrote() -> None:
    unknown = Producer(7)
    assert (unknown.last_sequence, unknown.last_offset) == (-1, -1)
    assert unknown.timestamp == -1
    known = producer(batch(0, count=2, offset=10), batch(2, count=3, offset=20))
    assert (known.last_sequence, known.last_offset) == (4, 22)
