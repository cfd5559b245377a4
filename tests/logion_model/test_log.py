from __future__ import annotations

from logion_model.log import (
    REMOVED,
    Batch,
    Log,
    Record,
    World,
    append,
    checkpoint_start,
    crash,
    delete_before,
    end_offset_for_epoch,
    flush,
    newest_record_stays,
    records,
    roll,
    truncate,
)

TWO_BATCHES = append(append(Log(), 0, ("a", "b")), 1, ("c",))


def test_a_record_gets_the_end_offset_and_its_leaders_epoch() -> None:
    assert TWO_BATCHES.end_offset == 3
    assert records(TWO_BATCHES)[1:] == (Record(1, 0, "b"), Record(2, 1, "c"))


def test_deleting_every_record_does_not_free_their_offsets() -> None:
    empty = checkpoint_start(delete_before(TWO_BATCHES, 3))
    assert records(empty) == empty.batches == ()
    assert append(empty, 1, ("d",)).batches == (Batch(3, 1, ("d",)),)


def test_a_log_may_start_inside_a_batch_but_never_moves_back() -> None:
    started = delete_before(TWO_BATCHES, 1)
    assert [record.offset for record in records(started)] == [1, 2]
    assert delete_before(started, 0) == started


def test_truncation_drops_every_batch_that_reaches_past_the_offset() -> None:
    assert truncate(TWO_BATCHES, 2).end_offset == 2
    assert truncate(TWO_BATCHES, 1) == Log()
    assert truncate(TWO_BATCHES, 3) == TWO_BATCHES


def test_rolling_changes_nothing() -> None:
    assert roll(TWO_BATCHES) == TWO_BATCHES


def test_a_crash_keeps_what_was_flushed_and_any_prefix_of_the_rest() -> None:
    log = append(flush(append(Log(), 0, ("a",))), 0, ("b", "c"))
    ends = {after.end_offset for after in crash(append(log, 0, ("d",)))}
    assert ends == {1, 3, 4}


def test_a_crash_may_undo_a_deletion_only_down_to_its_checkpoint() -> None:
    log = delete_before(checkpoint_start(delete_before(flush(TWO_BATCHES), 1)), 3)
    assert {after.start_offset for after in crash(log)} == {1, 2, 3}


def test_a_crash_never_brings_the_end_below_the_log_start_offset() -> None:
    lost = [
        after
        for after in crash(checkpoint_start(delete_before(TWO_BATCHES, 2)))
        if not after.batches
    ]
    assert {after.end_offset for after in lost} == {2}


def test_an_epoch_ends_where_the_next_larger_one_begins() -> None:
    log = append(TWO_BATCHES, 4, ("d",))
    assert [end_offset_for_epoch(log, epoch) for epoch in (0, 1, 2, 4)] == [2, 3, 3, 4]


def test_compaction_leaves_the_newest_record_of_all() -> None:
    older, newer = Batch(0, 0, (REMOVED,)), Batch(1, 0, ("b",))
    compacted = World(Log((older, newer), end_offset=2))
    assert newest_record_stays(compacted)
    undone = World(Log((older,), end_offset=1))
    assert not newest_record_stays(undone)
    assert newest_record_stays(World(Log((older,), start_offset=1, end_offset=1)))
