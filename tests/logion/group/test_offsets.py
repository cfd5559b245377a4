from __future__ import annotations

from logion.group.offsets import NO_OFFSET, CommittedOffset, Retention, expired
from logion.names import TopicPartition

A, B = TopicPartition("a", 0), TopicPartition("b", 1)


def test_an_offset_is_kept_for_as_long_as_its_retention_after_its_commit() -> None:
    offsets = {A: CommittedOffset(5, commit_ms=1000)}
    assert expired(offsets, Retention(500), 1499) == []
    assert expired(offsets, Retention(500), 1500) == [A]


def test_in_an_empty_group_the_time_counts_from_when_it_became_empty() -> None:
    offsets = {A: CommittedOffset(5, commit_ms=1000)}
    assert expired(offsets, Retention(500, since_ms=1400), 1899) == []
    assert expired(offsets, Retention(500, since_ms=1400), 1900) == [A]


def test_what_a_commit_itself_said_about_its_expiry_counts_before_all_else() -> None:
    offsets = {A: CommittedOffset(5, commit_ms=1000, expire_ms=1100)}
    assert expired(offsets, Retention(500, since_ms=1400), 1099) == []
    assert expired(offsets, Retention(500, since_ms=1400), 1100) == [A]


def test_offsets_of_topics_that_members_read_stay() -> None:
    offsets = {A: CommittedOffset(1, commit_ms=0), B: CommittedOffset(2, commit_ms=0)}
    assert expired(offsets, Retention(500, kept_topics={"a"}), 10_000) == [B]


def test_what_is_not_committed_is_told_as_minus_one() -> None:
    assert NO_OFFSET == -1
    assert CommittedOffset(5).leader_epoch == CommittedOffset(5).commit_ms == -1
