"""The rules of a partition's leader: what is in sync, and what is committed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from logion.names import BrokerId, LeaderEpoch
from logion.protocol.errors import Error
from logion.replica.leader import (
    Leader,
    copies,
    fault_of_epoch,
    has_enough_in_sync,
    on_append,
    on_elected,
    on_follower_fetch,
    on_isr_changed,
    on_isr_proposed,
    on_isr_refused,
)

ONE, TWO, THREE = map(BrokerId, (1, 2, 3))

ISR_OF_ONE, ISR_OF_THREE = frozenset({ONE}), frozenset({ONE, THREE})


def elected(*isr: BrokerId, end_offset: int = 0, high_watermark: int = 0) -> Leader:
    """Return broker 1 at the beginning of its term."""
    return on_elected(
        ONE,
        LeaderEpoch(4),
        frozenset(isr),
        end_offset=end_offset,
        high_watermark=high_watermark,
    )


def test_alone_in_sync_a_record_is_committed_at_once() -> None:
    leader = elected(ONE, end_offset=5)
    assert leader.high_watermark == 5
    assert on_append(leader, 7).high_watermark == 7


def test_a_leader_stays_in_the_epoch_of_its_election() -> None:
    assert elected(ONE).epoch == on_append(elected(ONE, TWO), 7).epoch == 4


def test_a_record_is_committed_once_the_whole_isr_has_it() -> None:
    leader = on_append(elected(ONE, TWO, THREE), 3)
    assert leader.high_watermark == 0
    leader = on_follower_fetch(leader, TWO, 3)
    assert leader.high_watermark == 0
    leader = on_follower_fetch(leader, THREE, 2)
    assert leader.high_watermark == 2
    assert on_follower_fetch(leader, THREE, 3).high_watermark == 3


def test_a_follower_that_asks_for_less_than_before_has_lost_the_rest() -> None:
    leader = on_follower_fetch(on_append(elected(ONE, TWO), 3), TWO, 2)
    leader = on_append(on_follower_fetch(leader, TWO, 1), 5)
    assert leader.end_offsets == {ONE: 5, TWO: 1}
    assert leader.high_watermark == 2
    assert on_isr_changed(leader, frozenset({ONE, TWO}), 1).high_watermark == 2


def test_a_follower_out_of_sync_commits_nothing() -> None:
    leader = on_append(elected(ONE, TWO), 3)
    assert on_follower_fetch(leader, THREE, 3).high_watermark == 0


def test_a_smaller_isr_may_commit_more() -> None:
    leader = on_append(elected(ONE, TWO), 3)
    assert on_isr_changed(leader, frozenset({ONE}), 1).high_watermark == 3


def test_those_who_are_proposed_count_until_the_controller_has_answered() -> None:
    leader = on_append(elected(ONE, TWO), 3)
    waiting = on_isr_proposed(leader, ISR_OF_THREE)
    assert (waiting.isr, waiting.proposed) == ({ONE, TWO}, {ONE, THREE})
    with pytest.raises(AssertionError, match=r"^\[1, 3\] is proposed already$"):
        on_isr_proposed(waiting, ISR_OF_ONE)
    waiting = on_follower_fetch(waiting, TWO, 3)
    assert waiting.high_watermark == 0
    waiting = on_append(waiting, 4)
    assert (waiting.proposed, waiting.high_watermark) == ({ONE, THREE}, 0)
    answered = on_isr_changed(waiting, leader.isr, 1)
    assert (answered.proposed, answered.high_watermark) == (frozenset(), 3)


def test_those_whom_the_controller_refuses_count_no_more() -> None:
    leader = on_follower_fetch(on_append(elected(ONE, TWO), 3), TWO, 3)
    waiting = on_append(on_isr_proposed(leader, ISR_OF_THREE), 4)
    waiting = on_follower_fetch(waiting, TWO, 4)
    assert waiting.high_watermark == 3
    refused = on_isr_refused(waiting)
    assert (refused.isr, refused.proposed) == ({ONE, TWO}, frozenset())
    assert refused.high_watermark == 4


def test_an_isr_that_is_no_newer_changes_nothing() -> None:
    leader = on_isr_changed(on_append(elected(ONE, TWO), 3), frozenset({ONE, TWO}), 2)
    for version in (0, 1, 2):
        assert on_isr_changed(leader, ISR_OF_ONE, version) == leader
    assert on_isr_changed(leader, ISR_OF_ONE, 3).partition_epoch == 3


def test_a_leader_begins_at_the_version_that_it_was_told() -> None:
    isr = frozenset({ONE})
    leader = on_elected(
        ONE, LeaderEpoch(4), isr, end_offset=5, high_watermark=2, partition_epoch=7
    )
    assert (leader.partition_epoch, leader.epoch_start_offset) == (7, 5)
    assert elected(ONE).partition_epoch == 0
    grown = on_append(leader, 6)
    assert (grown.partition_epoch, grown.epoch_start_offset) == (7, 5)


@pytest.mark.parametrize(
    ("named", "fault"),
    [
        (-1, None),
        (3, Error.FENCED_LEADER_EPOCH),
        (4, None),
        (5, Error.UNKNOWN_LEADER_EPOCH),
    ],
)
def test_a_leader_answers_those_of_its_epoch_and_those_who_name_none(
    named: int, fault: Error | None
) -> None:
    assert fault_of_epoch(elected(ONE), named) == fault


def test_a_new_leader_starts_from_the_high_watermark_it_knew() -> None:
    leader = elected(ONE, TWO, end_offset=5, high_watermark=2)
    assert leader.high_watermark == 2
    assert on_follower_fetch(leader, TWO, 5).high_watermark == 5


def test_writes_need_enough_replicas_in_sync() -> None:
    leader = elected(ONE, TWO)
    assert has_enough_in_sync(leader, 1)
    assert has_enough_in_sync(leader, 2)
    assert not has_enough_in_sync(leader, 3)


def test_copies_are_those_in_sync_that_have_every_record_so_far() -> None:
    leader = on_append(elected(ONE, TWO), 3)
    assert [copies(leader, end) for end in (0, 1, 3, 4)] == [2, 1, 1, 0]
    leader = on_follower_fetch(on_follower_fetch(leader, TWO, 2), THREE, 3)
    assert [copies(leader, end) for end in (2, 3)] == [2, 1]


def test_a_leader_is_always_in_its_isr() -> None:
    with pytest.raises(AssertionError):
        elected(TWO)
    with pytest.raises(AssertionError):
        on_isr_changed(elected(ONE), frozenset({TWO}), 1)


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("append"), st.integers(0, 3)),
        st.tuples(st.sampled_from([TWO, THREE]), st.integers(0, 20)),
        st.tuples(st.just("isr"), st.sets(st.sampled_from([TWO, THREE]))),
    ),
    max_size=30,
)


@given(steps=STEPS)
def test_the_high_watermark_never_goes_back_and_is_in_the_log(
    steps: list[tuple[object, object]],
) -> None:
    leader, end_offset = elected(ONE, TWO), 0
    for kind, value in steps:
        before = leader.high_watermark
        if kind == "append":
            assert isinstance(value, int)
            end_offset += value
            leader = on_append(leader, end_offset)
        elif kind == "isr":
            assert isinstance(value, set)
            isr = frozenset({ONE, *value})
            leader = on_isr_changed(leader, isr, leader.partition_epoch + 1)
        else:
            assert isinstance(kind, int)
            assert isinstance(value, int)
            follower = BrokerId(kind)
            leader = on_follower_fetch(leader, follower, min(value, end_offset))
        assert before <= leader.high_watermark <= end_offset
