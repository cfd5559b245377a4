"""Who is in sync: followers that fall behind, and followers that catch up."""

from __future__ import annotations

from dataclasses import replace

import pytest
from logion.names import BrokerId, LeaderEpoch
from logion.replica.isr import Patience, Progress, lags, late_ms, may_join, on_asked
from logion.replica.leader import Leader, on_append, on_elected, on_follower_fetch
from logion.replica.rules import KAFKA_0_8, KAFKA_0_9, KIP_101, KIP_279, KIP_595

ONE, TWO, THREE = map(BrokerId, (1, 2, 3))

PATIENCE = Patience(time_ms=10_000)


def leading(end_offset: int, told: int | None = None) -> Leader:
    """Return broker 1, whose log ended at 2 when it was elected."""
    leader = on_elected(
        ONE,
        LeaderEpoch(4),
        frozenset({ONE, TWO}),
        end_offset=2,
        high_watermark=1,
    )
    leader = on_append(leader, end_offset)
    return leader if told is None else on_follower_fetch(leader, TWO, told)


def test_a_follower_that_asks_for_the_end_is_caught_up_now() -> None:
    assert on_asked(KIP_595, Progress(5, 6, 3), 7, 7, 100) == Progress(100, 100, 7)
    end = int("7000")  # equal to the other, not the same object
    assert on_asked(KIP_595, Progress(5, 6, 3), 7000, end, 100).caught_up_ms == 100


def test_a_follower_that_asks_for_the_end_of_last_time_was_caught_up_then() -> None:
    """Of a leader that never rests a follower never has everything."""
    assert on_asked(KIP_595, Progress(5, 6, 3), 3, 7, 100) == Progress(6, 100, 7)
    assert on_asked(KIP_595, Progress(8, 6, 3), 3, 7, 100) == Progress(8, 100, 7)
    assert on_asked(KIP_595, Progress(5, 6, 3), 6, 7, 100) == Progress(6, 100, 7)


def test_before_0_10_2_only_a_fetch_of_the_end_counted() -> None:
    assert on_asked(KAFKA_0_9, Progress(5, 6, 3), 3, 7, 100) == Progress(5, 100, 7)
    assert on_asked(KAFKA_0_9, Progress(5, 6, 3), 7, 7, 100) == Progress(100, 100, 7)


def test_in_0_8_a_follower_was_late_since_it_last_asked() -> None:
    assert late_ms(KIP_595, Progress(5, 60, 3), 100) == 95
    assert late_ms(KAFKA_0_8, Progress(5, 60, 3), 100) == 40


def test_a_follower_that_asks_for_less_is_as_late_as_before() -> None:
    assert on_asked(KIP_595, Progress(5, 6, 3), 2, 7, 100) == Progress(5, 100, 7)


@pytest.mark.parametrize(("late_ms", "leaves"), [(10_000, False), (10_001, True)])
def test_a_follower_leaves_once_it_is_late_for_longer_than_allowed(
    late_ms: int, *, leaves: bool
) -> None:
    assert lags(KIP_595, leading(5, told=4), TWO, late_ms, PATIENCE) is leaves


def test_a_follower_that_never_asked_is_as_late_as_the_term_is_long() -> None:
    assert lags(KIP_595, leading(5), TWO, 10_001, PATIENCE)
    assert not lags(KIP_595, leading(5), TWO, 10_000, PATIENCE)


def test_one_record_that_a_follower_never_asked_for_is_missing() -> None:
    leader = on_elected(
        ONE, LeaderEpoch(0), frozenset({ONE, TWO}), end_offset=1, high_watermark=0
    )
    assert lags(KIP_595, leader, TWO, 10_001, PATIENCE)
    assert not lags(KIP_595, leader, TWO, 0, Patience(10_000, records=1))


def test_a_follower_that_has_everything_stays_however_late() -> None:
    assert not lags(KIP_595, leading(5, told=5), TWO, 1_000_000, PATIENCE)


def test_before_2_1_a_follower_with_everything_could_be_late() -> None:
    assert lags(KIP_279, leading(5, told=5), TWO, 10_001, PATIENCE)
    assert not lags(KIP_279, leading(5, told=5), TWO, 10_000, PATIENCE)


def test_many_missing_records_alone_do_not_matter() -> None:
    assert not lags(KIP_595, leading(50_002, told=2), TWO, 10_000, PATIENCE)


@pytest.mark.parametrize(("end", "leaves"), [(4_002, False), (4_003, True)])
def test_before_0_9_too_many_missing_records_mattered(
    end: int, *, leaves: bool
) -> None:
    """`replica.lag.max.messages`, 4000 unless set."""
    of_old = Patience(10_000, records=4_000)
    assert lags(KIP_595, leading(end, told=2), TWO, 0, of_old) is leaves
    assert lags(KIP_595, leading(3, told=2), TWO, 10_001, of_old)


@pytest.mark.parametrize(
    ("told", "committed", "joins"),
    [
        (None, 1, False),
        (0, 0, False),
        (1, 1, False),
        (2, 1, True),
        (3, 1, True),
        (2, 3, False),
    ],
)
def test_who_joins_has_all_that_is_committed_and_was_there_at_the_election(
    told: int | None, committed: int, *, joins: bool
) -> None:
    leader = replace(leading(5, told), high_watermark=committed)
    assert may_join(KIP_595, leader, TWO) is joins


@pytest.mark.parametrize(("told", "joins"), [(None, False), (0, False), (1, True)])
def test_of_old_it_was_enough_to_have_what_is_committed(
    told: int | None, *, joins: bool
) -> None:
    assert may_join(KIP_101, leading(5, told), TWO) is joins


def test_of_old_who_has_not_asked_did_not_join_an_empty_log_either() -> None:
    leader = replace(leading(5), high_watermark=0)
    assert not may_join(KIP_101, leader, TWO)
