from __future__ import annotations

from logion_model.out_of_range import (
    KAFKA_2_5,
    KAFKA_2143,
    KAFKA_9491,
    Log,
    State,
    fetch,
    high_watermark_is_in_log,
    keeps_what_it_can,
    resolved,
)

LEADER = Log(start=2, end=4, high_watermark=4)


def refused(end: int) -> State:
    """Return a follower with this end offset whose fetch was refused."""
    return State(LEADER, Log(0, end, 1), is_refused=True)


def test_a_fetch_within_the_log_copies_a_record() -> None:
    ((_, after),) = fetch(State(LEADER, Log(0, 2, 1)))
    assert after.follower == Log(0, 3, 3)


def test_a_fetch_outside_the_log_is_refused() -> None:
    for end in (1, 5):
        ((_, after),) = fetch(refused(end)._replace(is_refused=False))
        assert after.is_refused
        assert not list(fetch(after))


def test_a_follower_that_is_ahead_truncates_to_the_end_of_the_leader() -> None:
    assert resolved(KAFKA_2_5, refused(5)) == Log(0, 4, 1)


def test_a_follower_that_is_within_again_keeps_its_log() -> None:
    assert resolved(KAFKA_2_5, refused(3)) == Log(0, 3, 1)
    assert resolved(KAFKA_2143, refused(3)) == Log(2, 2, 2)
    assert keeps_what_it_can(KAFKA_2_5, refused(3))
    assert not keeps_what_it_can(KAFKA_2143, refused(3))


def test_a_log_that_begins_anew_has_its_high_watermark_there() -> None:
    after = refused(1)
    assert resolved(KAFKA_2_5, after) == Log(2, 2, 2)
    late = resolved(KAFKA_9491, after)
    assert late == Log(2, 2, 1)
    assert not high_watermark_is_in_log(after._replace(follower=late))
