from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from logion.group.offsets import CommittedOffset
from logion.group.open_offsets import OpenOffsets
from logion.names import TopicPartition

A, B = TopicPartition("t", 0), TopicPartition("t", 1)
ONE, TWO = CommittedOffset(1), CommittedOffset(2)


def test_the_offsets_of_a_transaction_count_when_it_is_committed() -> None:
    found = OpenOffsets()
    found.add(7, "g", {A: ONE, B: ONE}, 1)
    found.add(7, "h", {A: TWO}, 2)
    assert found.has("g", A)
    assert found.of_group("g") == [A, B]
    assert dict(found.end(7, 3, is_commit=True)) == {
        "g": {A: ONE, B: ONE},
        "h": {A: TWO},
    }
    assert not found.has("g", A)
    assert found.of_group("g") == []
    assert dict(found.end(7, 4, is_commit=True)) == {}, "each counts once"


def test_the_offsets_of_an_aborted_transaction_never_count() -> None:
    found = OpenOffsets()
    found.add(7, "g", {A: ONE}, 1)
    assert dict(found.end(7, 2, is_commit=False)) == {}
    assert not found.has("g", A)


def test_a_later_commit_counts_although_the_transaction_ends_after_it() -> None:
    found = OpenOffsets()
    found.add(7, "g", {A: ONE, B: ONE}, 1)
    found.supersede("g", [A], 2)
    assert found.has("g", A), "readers wait for the transaction all the same"
    assert dict(found.end(7, 3, is_commit=True)) == {"g": {B: ONE}}


def test_an_earlier_commit_that_is_committed_late_supersedes_nothing() -> None:
    found = OpenOffsets()
    found.add(7, "g", {A: ONE}, 3)
    found.supersede("g", [A], 2)
    assert dict(found.end(7, 4, is_commit=True)) == {"g": {A: ONE}}


def test_of_two_transactions_the_later_write_counts_whichever_ends_first() -> None:
    found = OpenOffsets()
    found.add(7, "g", {A: ONE}, 1)
    found.add(8, "g", {A: TWO}, 2)
    assert dict(found.end(8, 3, is_commit=True)) == {"g": {A: TWO}}
    assert found.has("g", A)
    assert dict(found.end(7, 4, is_commit=True)) == {}


def test_what_is_deleted_meanwhile_does_not_come_back() -> None:
    found = OpenOffsets()
    found.add(7, "g", {A: ONE, B: TWO}, 1)
    found.drop("g", [A])
    found.drop("nobody", [A])
    assert not found.has("g", A)
    assert dict(found.end(7, 2, is_commit=True)) == {"g": {B: TWO}}


def test_a_marker_ends_only_what_was_written_before_it() -> None:
    found = OpenOffsets()
    found.add(7, "g", {A: ONE}, 1)
    found.add(7, "g", {B: TWO}, 3)
    assert dict(found.end(7, 2, is_commit=True)) == {"g": {A: ONE}}
    assert found.of_group("g") == [B]
    assert dict(found.end(7, 4, is_commit=True)) == {"g": {B: TWO}}


def test_a_marker_ends_what_was_written_just_before_it_whatever_was_added_first() -> (
    None
):
    found = OpenOffsets()
    found.add(7, "g", {A: ONE}, 1)
    found.add(7, "g", {B: TWO}, 2)
    found.add(7, "g", {A: TWO}, 4)
    assert dict(found.end(7, 2, is_commit=True)) == {"g": {B: TWO}}


def test_groups_of_which_nothing_is_open_are_forgotten() -> None:
    found = OpenOffsets()
    for group in "gh":
        found.add(7, group, {A: ONE}, 1)
    found.drop("h", [A])
    assert list(found._by_group) == ["g"]
    assert dict(found.end(7, 2, is_commit=True)) == {"g": {A: ONE}}
    assert not found._by_group


MOVES = st.tuples(
    st.sampled_from(["write", "commit", "abort", "plain", "delete"]),
    st.integers(1, 3),
    st.sampled_from([A, B]),
)


@given(st.lists(MOVES, max_size=30))
def test_what_counts_is_the_last_record_of_those_that_count(
    moves: list[tuple[str, int, TopicPartition]],
) -> None:
    found, known = OpenOffsets(), dict[TopicPartition, int]()
    counting: dict[TopicPartition, int] = {}
    open_: list[tuple[int, TopicPartition, int]] = []
    for at, (move, producer, partition) in enumerate(moves, 1):
        if move == "write":
            found.add(producer, "g", {partition: CommittedOffset(at)}, at)
            open_.append((producer, partition, at))
        elif move == "plain":
            found.supersede("g", [partition], at)
            known[partition] = counting[partition] = at
        elif move == "delete":
            found.drop("g", [partition])
            known.pop(partition, None)
            counting.pop(partition, None)
            open_ = [it for it in open_ if it[1] != partition]
        else:
            for _, offsets in found.end(producer, at, is_commit=move == "commit"):
                known.update({it: c.offset for it, c in offsets.items()})
            for _, ended, position in [it for it in open_ if it[0] == producer]:
                if move == "commit":
                    counting[ended] = max(counting.get(ended, 0), position)
            open_ = [it for it in open_ if it[0] != producer]
    assert known == counting
    assert set(found.of_group("g")) == {partition for _, partition, _ in open_}
