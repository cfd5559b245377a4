from __future__ import annotations

import pytest
from logion_model.epoch_cache import (
    KAFKA_2_7,
    KAFKA_6857,
    KAFKA_10706,
    NO_EPOCH,
    End,
    Entry,
    Replica,
    Start,
    State,
    answer,
    appended,
    asked,
    end_of,
    epochs_begin_once,
    truncated,
    truncation_ends,
)

A, B = Entry(0, 0), Entry(2, 1)
LEADER = Replica((A, B), (Start(0, 0), Start(2, 1), Start(3, 2)))


@pytest.mark.parametrize(
    ("epoch", "end"),
    [
        pytest.param(0, End(0, 1), id="where the next epoch begins"),
        pytest.param(1, End(0, 1), id="the largest epoch below one it does not know"),
        pytest.param(2, End(2, 2), id="the next epoch has no record yet"),
        pytest.param(3, End(3, 2), id="the last epoch ends with the log"),
        pytest.param(4, None, id="nothing is known of what comes after it"),
    ],
)
def test_an_epoch_ends_where_the_next_one_begins(epoch: int, end: End | None) -> None:
    assert end_of(LEADER, epoch) == end


def test_below_all_epochs_is_the_start_of_the_first() -> None:
    assert end_of(Replica((B,), (Start(2, 0),)), 1) == End(1, 0)


def test_who_asks_for_no_epoch_is_told_nothing() -> None:
    assert answer(KAFKA_2_7, LEADER, NO_EPOCH) is None
    assert answer(KAFKA_6857, LEADER, NO_EPOCH) == End(NO_EPOCH, 2)


def test_an_epoch_is_noted_once() -> None:
    assert appended(appended(Replica(), A), A) == Replica((A, A), (Start(0, 0),))


def test_what_begins_at_the_end_of_the_log_is_forgotten_with_it() -> None:
    assert truncated(KAFKA_2_7, LEADER, 2).starts == LEADER.starts[:2]
    assert truncated(KAFKA_10706, LEADER, 2) == LEADER
    assert truncated(KAFKA_10706, LEADER, 1) == Replica((A,), LEADER.starts[:1])


def test_a_follower_asks_again_until_it_knows_the_epoch() -> None:
    leader = Replica((A,), (Start(0, 0), Start(1, 1), Start(3, 1)))
    follower = Replica((A,), (Start(0, 0), Start(2, 1)))
    state = State((leader, follower), 0, 3, is_truncating=True)
    once = asked(KAFKA_2_7, state)
    assert once.is_truncating
    assert not asked(KAFKA_2_7, once).is_truncating
    assert truncation_ends(KAFKA_2_7, state)
    assert not truncation_ends(KAFKA_10706, state)


def test_a_follower_that_is_told_nothing_keeps_what_is_committed() -> None:
    follower = Replica((A, B))
    state = State((LEADER, follower), 0, 3, is_truncating=True, committed=1)
    assert asked(KAFKA_2_7, state).replicas[1].log == (A,)


def test_an_epoch_that_is_noted_twice_is_noticed() -> None:
    twice = Replica((A, B), (Start(0, 0), Start(2, 1), Start(2, 2)))
    assert epochs_begin_once(State((LEADER, Replica())))
    assert not epochs_begin_once(State((LEADER, twice)))
