from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from logion.log.epochs import (
    UNKNOWN_END,
    EpochEnd,
    Epochs,
    EpochStart,
    end_of_epoch,
    epoch_at,
    has_parted,
    latest_epoch,
    with_epoch,
    with_last_epoch,
    without_end,
    without_start,
)

EPOCHS = (EpochStart(1, 0), EpochStart(3, 10), EpochStart(4, 15))


def test_a_log_without_epochs_has_none() -> None:
    assert latest_epoch(()) == -1
    assert epoch_at((), 5) == -1
    assert end_of_epoch((), 0, 10) == UNKNOWN_END == (-1, -1)


def test_a_new_epoch_begins_once() -> None:
    assert with_epoch(EPOCHS, 5, 20) == (*EPOCHS, EpochStart(5, 20))
    assert with_epoch(EPOCHS, 4, 20) == EPOCHS
    assert with_epoch(EPOCHS, -1, 20) == EPOCHS
    assert with_epoch((), 0, 0) == (EpochStart(0, 0),)


def test_what_contradicts_a_new_epoch_goes() -> None:
    assert with_epoch(EPOCHS, 2, 5) == (EpochStart(1, 0), EpochStart(2, 5))
    assert with_epoch(EPOCHS, 5, 10) == (EpochStart(1, 0), EpochStart(5, 10))
    assert with_epoch(EPOCHS, 3, 17) == (EpochStart(1, 0), EpochStart(3, 17))


def test_a_cut_takes_the_epochs_behind_it() -> None:
    assert without_end(EPOCHS, 15) == EPOCHS[:2]
    assert without_end(EPOCHS, 16) == EPOCHS
    assert without_end(EPOCHS, 0) == ()


def test_a_later_start_moves_the_epoch_it_falls_into() -> None:
    assert without_start(EPOCHS, 12) == (EpochStart(3, 12), EpochStart(4, 15))
    assert without_start(EPOCHS, 10) == (EpochStart(3, 10), EpochStart(4, 15))
    assert without_start(EPOCHS, 20) == (EpochStart(4, 20),)
    assert without_start((EpochStart(1, 5),), 3) == (EpochStart(1, 5),)


def test_an_epoch_ends_where_the_next_begins() -> None:
    assert end_of_epoch(EPOCHS, 1, 20) == EpochEnd(1, 10)
    assert end_of_epoch(EPOCHS, 3, 20) == EpochEnd(3, 15)


def test_the_latest_epoch_ends_with_the_log() -> None:
    assert end_of_epoch(EPOCHS, 4, 20) == EpochEnd(4, 20)


def test_an_epoch_the_log_skipped_is_answered_by_the_one_before() -> None:
    assert end_of_epoch(EPOCHS, 2, 20) == EpochEnd(1, 10)


def test_an_epoch_older_than_all_ends_where_the_oldest_begins() -> None:
    assert end_of_epoch(EPOCHS, 0, 20) == EpochEnd(0, 0)


def test_an_epoch_newer_than_all_is_unknown() -> None:
    assert end_of_epoch(EPOCHS, 5, 20) == UNKNOWN_END
    assert end_of_epoch(EPOCHS, -1, 20) == UNKNOWN_END


def test_an_offset_belongs_to_the_epoch_that_began_last() -> None:
    assert [epoch_at(EPOCHS, offset) for offset in (0, 9, 10, 99)] == [1, 1, 3, 4]


@pytest.mark.parametrize(
    ("epoch", "offset", "parted"),
    [(3, 15, False), (3, 14, False), (3, 16, True), (2, 10, True), (2, 11, True)],
)
def test_a_log_has_parted_that_is_longer_in_its_epoch_or_has_another(
    epoch: int, offset: int, *, parted: bool
) -> None:
    assert has_parted(end_of_epoch(EPOCHS, epoch, 20), epoch, offset) is parted


def test_a_term_without_a_record_is_kept_if_it_begins_at_the_end() -> None:
    noted = (*EPOCHS, EpochStart(7, 20))
    assert with_last_epoch(EPOCHS, noted, 20) == noted
    assert with_last_epoch(EPOCHS, noted, 19) == EPOCHS
    assert with_last_epoch(EPOCHS, (EpochStart(2, 20),), 20) == EPOCHS


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9))))
def test_epochs_and_offsets_always_grow_together(
    assigned: list[tuple[int, int]],
) -> None:
    epochs: Epochs = ()
    for epoch, offset in assigned:
        epochs = with_epoch(epochs, epoch, offset)
    assert list(epochs) == sorted(epochs)
    offsets = [entry.start_offset for entry in epochs]
    assert offsets == sorted(set(offsets))
