"""The rules of a follower: where its log parts from its leader's; what it copies."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from logion.log.epochs import UNKNOWN_END, EpochEnd, Epochs, EpochStart
from logion.names import NO_LEADER_EPOCH, BrokerId, LeaderEpoch
from logion.replica.follower import (
    Follower,
    Position,
    on_agreed,
    on_epoch_end,
    on_fetched,
    on_leader_changed,
    on_out_of_range,
    position,
)
from logion.replica.rules import KAFKA_0_8, KIP_101, KIP_320

ONE, TWO = BrokerId(1), BrokerId(2)

EPOCHS = (EpochStart(1, 0), EpochStart(3, 4), EpochStart(6, 7))
"""Of a log that ends at 9: terms 1, 3 and 6."""

LOG = Follower(
    ONE, LeaderEpoch(6), EPOCHS, start_offset=0, end_offset=9, high_watermark=5
)


def asking(epoch: int) -> Follower:
    return replace(LOG, leader=TWO, epoch=LeaderEpoch(7), asked=epoch)


def test_it_asks_its_new_leader_for_the_last_epoch_of_its_log() -> None:
    assert on_leader_changed(KIP_320, LOG, TWO, LeaderEpoch(7)) == asking(6)


def test_it_asks_though_it_had_the_leader_before() -> None:
    told = on_leader_changed(KIP_320, LOG, ONE, LeaderEpoch(7))
    assert (told.leader, told.epoch, told.asked) == (ONE, 7, 6)


def test_a_log_without_epochs_is_cut_at_the_high_watermark() -> None:
    told = on_leader_changed(KIP_320, replace(LOG, epochs=()), TWO, LeaderEpoch(7))
    assert (told.asked, told.end_offset, told.high_watermark) == (None, 5, 5)


def test_an_old_release_cuts_at_the_high_watermark_at_once() -> None:
    told = on_leader_changed(KAFKA_0_8, LOG, TWO, LeaderEpoch(7))
    assert (told.leader, told.epoch, told.asked) == (TWO, 7, None)
    assert (told.end_offset, told.high_watermark) == (5, 5)
    assert told.epochs == EPOCHS[:2]
    led_by_two = replace(LOG, leader=TWO)
    back = on_leader_changed(KAFKA_0_8, led_by_two, ONE, LeaderEpoch(7))
    assert back.end_offset == 5


def test_an_old_release_cuts_nothing_for_the_leader_it_had() -> None:
    told = on_leader_changed(KAFKA_0_8, LOG, ONE, LeaderEpoch(7))
    assert told == replace(LOG, epoch=LeaderEpoch(7))
    still = on_leader_changed(KIP_101, asking(3), TWO, LeaderEpoch(8))
    assert still == replace(asking(3), epoch=LeaderEpoch(8))


@pytest.mark.parametrize(
    ("end", "end_offset", "epochs"),
    [
        (EpochEnd(6, 8), 8, EPOCHS),  # the leader's term 6 is shorter
        (EpochEnd(6, 12), 9, EPOCHS),  # or longer
        (EpochEnd(3, 7), 7, EPOCHS[:2]),  # it ends with the same term
        (EpochEnd(3, 6), 6, EPOCHS[:2]),
        (EpochEnd(1, 2), 2, EPOCHS[:1]),
        (EpochEnd(0, 0), 0, ()),  # older than all that the follower has
    ],
)
def test_it_ends_where_the_shared_epoch_ends_in_both_logs(
    end: EpochEnd, end_offset: int, epochs: Epochs
) -> None:
    found = on_epoch_end(asking(6), end)
    assert (found.asked, found.end_offset, found.epochs) == (None, end_offset, epochs)
    assert found.high_watermark == min(5, end_offset)


def test_it_asks_again_for_an_epoch_that_it_has() -> None:
    again = on_epoch_end(asking(6), EpochEnd(5, 9))
    assert again == asking(3)
    assert on_epoch_end(again, EpochEnd(2, 3)) == asking(1)
    assert on_epoch_end(asking(1), EpochEnd(1, 3)).end_offset == 3


def test_an_answer_that_names_no_epoch_is_taken_as_it_is() -> None:
    found = on_epoch_end(asking(6), EpochEnd(NO_LEADER_EPOCH, 6))
    assert (found.asked, found.end_offset) == (None, 6)
    assert on_epoch_end(asking(6), EpochEnd(NO_LEADER_EPOCH, 0)).end_offset == 0
    assert on_epoch_end(asking(6), EpochEnd(NO_LEADER_EPOCH, 11)).end_offset == 9


def test_a_leader_that_knows_no_such_epoch_leaves_the_high_watermark() -> None:
    found = on_epoch_end(asking(6), UNKNOWN_END)
    assert (found.asked, found.end_offset, found.high_watermark) == (None, 5, 5)


def test_a_fetch_says_where_the_asked_epoch_ends() -> None:
    assert position(LOG) == Position(9, 6)
    assert position(asking(6)) == Position(9, 6)
    assert position(asking(3)) == Position(7, 3)
    assert position(asking(1)) == Position(4, 1)
    assert position(replace(LOG, epochs=())) == Position(9, NO_LEADER_EPOCH)


def test_what_the_leader_has_is_kept_and_the_rest_is_cut() -> None:
    assert on_agreed(asking(6)) == replace(asking(6), asked=None)
    agreed = on_agreed(asking(3))
    assert (agreed.asked, agreed.end_offset) == (None, 7)


def test_nothing_is_copied_out_of_turn() -> None:
    too_early = r"^nothing is copied before the logs agree$"
    with pytest.raises(AssertionError, match=too_early):
        on_fetched(asking(6), EPOCHS, 10, 5)


def test_a_fetch_may_show_at_any_time_that_the_logs_have_parted() -> None:
    assert on_epoch_end(LOG, EpochEnd(6, 8)).end_offset == 8
    assert on_epoch_end(LOG, EpochEnd(5, 6)) == replace(LOG, asked=3)


def test_of_an_epoch_newer_than_all_it_has_the_offset_alone_counts() -> None:
    found = on_epoch_end(asking(6), EpochEnd(7, 8))
    assert (found.asked, found.end_offset) == (None, 8)


@pytest.mark.parametrize(("told", "known"), [(4, 4), (5, 5), (10, 10), (11, 10)])
def test_it_takes_its_leaders_high_watermark_as_far_as_its_log_goes(
    told: int, known: int
) -> None:
    copied = on_fetched(LOG, EPOCHS, 10, told)
    assert copied == replace(LOG, end_offset=10, high_watermark=known)


def test_the_high_watermark_is_never_below_the_start_of_the_log() -> None:
    later = replace(LOG, start_offset=4)
    assert on_fetched(later, EPOCHS, 10, 3).high_watermark == 4
    assert on_fetched(later, EPOCHS, 10, 6).high_watermark == 6


def test_a_log_that_is_truncated_below_its_start_starts_there() -> None:
    later = replace(LOG, start_offset=4, high_watermark=4)
    found = on_out_of_range(later, 0, 3)
    assert (found.start_offset, found.end_offset, found.high_watermark) == (3, 3, 3)
    assert on_out_of_range(later, 0, 5).start_offset == 4


def test_a_copied_record_may_bring_an_epoch() -> None:
    longer = (*EPOCHS, EpochStart(7, 9))
    assert on_fetched(LOG, longer, 10, 5).epochs == longer


@pytest.mark.parametrize(
    ("start", "end", "end_offset", "high_watermark"),
    [
        (0, 8, 8, 5),  # the leader's log ends before ours
        (0, 3, 3, 3),
        (9, 12, 9, 5),  # it starts where ours ends
        (10, 12, 10, 10),  # it starts behind our end
        (0, 9, 9, 5),  # it has grown since
    ],
)
def test_out_of_range_it_goes_to_the_nearest_end_of_its_leaders_log(
    start: int, end: int, end_offset: int, high_watermark: int
) -> None:
    found = on_out_of_range(LOG, start, end)
    assert (found.end_offset, found.high_watermark) == (end_offset, high_watermark)
    assert (found.epochs == ()) == (found.start_offset > 0) == (start > 9)


@given(
    asked=st.sampled_from([None, 1, 3, 6]),
    start=st.integers(0, 20),
    length=st.integers(0, 20),
)
def test_out_of_range_its_next_position_is_in_its_leaders_log(
    asked: int | None, start: int, length: int
) -> None:
    found = on_out_of_range(replace(LOG, asked=asked), start, start + length)
    assert start <= position(found).offset <= start + length
    assert found.start_offset <= found.high_watermark <= found.end_offset
    assert found.asked in (None, asked)
