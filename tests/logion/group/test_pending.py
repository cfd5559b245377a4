from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from logion.group.offsets import CommittedOffset
from logion.group.open_offsets import OpenOffsets
from logion.group.pending import PendingOffsets
from logion.names import TopicPartition

A, B = TopicPartition("t", 0), TopicPartition("t", 1)


def offsets(**wanted: int) -> dict[TopicPartition, CommittedOffset]:
    names = {"a": A, "b": B}
    return {names[name]: CommittedOffset(it) for name, it in wanted.items()}


def test_only_what_is_committed_counts_in_the_order_of_the_log() -> None:
    pending = PendingOffsets()
    pending.add(1, "g", offsets(a=5))
    pending.add(2, "h", offsets(a=4))
    pending.add(4, "g", offsets(a=3))
    assert list(pending.take(0)) == []
    assert list(pending.take(3)) == [("g", offsets(a=5)), ("h", offsets(a=4))]
    assert list(pending.take(4)) == [("g", offsets(a=3))]
    assert list(pending.take(9)) == [], "each counts once"


def test_what_is_dropped_of_a_group_never_counts() -> None:
    pending = PendingOffsets()
    pending.add(1, "g", offsets(a=1, b=1))
    pending.add(2, "h", offsets(a=2))
    pending.add(3, "g", offsets(a=3))
    assert pending.has("g", A)
    pending.drop("g", [A])
    assert not pending.has("g", A)
    assert pending.has("g", B)
    pending.add(4, "g", offsets(a=4))
    assert list(pending.take(4)) == [
        ("g", offsets(b=1)),
        ("h", offsets(a=2)),
        ("g", offsets(a=4)),
    ]


def test_what_a_caller_does_with_its_offsets_afterwards_does_not_matter() -> None:
    pending, mine = PendingOffsets(), offsets(a=1)
    pending.add(1, "g", mine)
    mine.clear()
    assert list(pending.take(1)) == [("g", offsets(a=1))]


MOVES = st.one_of(
    st.tuples(st.sampled_from("gh"), st.sampled_from([A, B])),
    st.integers(0, 3),
)
"""A commit for a group and partition, or by how much the high watermark rises."""


@given(st.lists(MOVES))
def test_in_the_end_the_last_commit_of_each_partition_counts(
    moves: list[tuple[str, TopicPartition] | int],
) -> None:
    pending = PendingOffsets()
    written: dict[tuple[str, TopicPartition], int] = {}
    known: dict[tuple[str, TopicPartition], int] = {}
    end = high_watermark = 0

    def look() -> None:
        for group, found in pending.take(high_watermark):
            known.update({(group, it): o.offset for it, o in found.items()})
        assert all(it < high_watermark for it in known.values())

    for move in moves:
        if isinstance(move, int):
            high_watermark = min(end, high_watermark + move)
            look()
        else:
            group, partition = move
            written[move] = end
            end += 1
            pending.add(end, group, {partition: CommittedOffset(written[move])})
    high_watermark = end
    look()
    assert known == written


def in_transaction(**wanted: int) -> PendingOffsets:
    """Return what producer 9 has written for group `g`, up to offset 1."""
    known = OpenOffsets()
    known.add(9, "g", offsets(**wanted), 1)
    return PendingOffsets(known)


@pytest.mark.parametrize("is_commit", [True, False])
def test_what_a_transaction_wrote_counts_once_its_end_is_committed(
    *, is_commit: bool
) -> None:
    pending = in_transaction(a=5)
    pending.end(3, 9, is_commit=is_commit)
    assert list(pending.take(2)) == []
    assert pending.has("g", A)
    assert not pending.has("h", A)
    assert not pending.has("g", B)
    assert list(pending.take(3)) == ([("g", offsets(a=5))] if is_commit else [])
    assert not pending.has("g", A)


def test_a_transaction_of_another_producer_ends_nothing() -> None:
    pending = in_transaction(a=5)
    pending.end(3, 8, is_commit=True)
    assert list(pending.take(3)) == []
    assert pending.has("g", A)


def test_a_later_commit_takes_the_place_of_what_a_transaction_wrote() -> None:
    pending = in_transaction(a=5, b=5)
    pending.add(2, "g", offsets(a=7))
    pending.add(3, "h", offsets(b=8))
    pending.end(4, 9, is_commit=True)
    assert list(pending.take(4)) == [
        ("g", offsets(a=7)),
        ("h", offsets(b=8)),
        ("g", offsets(b=5)),
    ]


def test_what_is_dropped_of_a_group_is_dropped_in_transactions_too() -> None:
    pending = in_transaction(a=5, b=5)
    pending.add(2, "g", offsets(b=7))
    pending.drop("h", [A, B])
    pending.drop("g", [A])
    pending.end(3, 9, is_commit=True)
    assert not pending.has("g", A)
    assert list(pending.take(3)) == [("g", offsets(b=7))]
