from __future__ import annotations

from logion.testing.disk import Rename
from logion_harness.log_rig import FOLDER, NAME, Rig, View, view, view_of_model
from logion_model import log as model


def test_the_view_of_a_log_is_what_a_consumer_reads() -> None:
    rig = Rig()
    rig.append(0, (b"a", b"b"))
    rig.log.roll()
    rig.replicate(3, (b"c",))
    rig.log.delete_before(1)
    records = (model.Record(1, 0, b"b"), model.Record(2, 3, b"c"))
    assert view(rig.log) == View(1, 3, records, ((0, 2), (3, 3)))


def test_a_log_and_its_model_are_seen_in_the_same_way() -> None:
    rig = Rig()
    rig.append(0, (b"a", b"b"))
    rig.append(2, (b"c",))
    state = model.append(model.append(model.Log(), 0, (b"a", b"b")), 2, (b"c",))
    assert view(rig.log) == view_of_model(state)


def test_a_crash_takes_what_was_not_synced_and_a_restart_does_not() -> None:
    rig = Rig()
    rig.append(0, (b"a",))
    rig.restart()
    rig.append(0, (b"b",))
    rig.crash((), None)
    assert [record.value for record in view(rig.log).records] == [b"a"]


def test_an_append_on_a_failing_disk_takes_the_log_offline_until_a_crash() -> None:
    rig = Rig()
    rig.append_on_failing_disk(0, (b"a",), after=0)
    assert rig.log.directory.failure is not None
    rig.crash((), None)
    assert view(rig.log) == view_of_model(model.Log())


def test_producers_learnt_again_do_not_move_the_start_of_an_epoch() -> None:
    """A program that the machine found: the newest snapshot stands inside an epoch."""
    rig = Rig()
    rig.append(0, (b"a",))
    rig.append(1, (b"b",))
    rig.restart()  # leaves a snapshot at 2
    rig.append(1, (b"c",))
    rig.log.roll()
    rig.log.flush()
    rig.checkpoint()
    rig.append(2, (b"d",))
    rig.log.flush()
    rig.disk.remove(f"{FOLDER}/{NAME}/{3:020d}.snapshot")
    rig.crash(range(len(rig.disk.unsynced)), None)
    assert view(rig.log).epochs == ((0, 1), (1, 3), (2, 4))


def test_segments_that_expire_leave_no_hole_in_a_crash() -> None:
    """A program that the machine found: only the last of several renames was kept."""
    rig = Rig()
    for number in range(12):
        rig.append(0, (b"%d" % number,))
        rig.log.roll()
    rig.log.flush()
    rig.checkpoint()
    rig.expire()
    assert rig.log.start_offset > 2
    renames = [
        number
        for number, operation in enumerate(rig.disk.unsynced)
        if isinstance(operation, Rename) and ".log" in operation.old
    ]
    rig.crash(renames[-1:], None)
    offsets = [record.offset for record in view(rig.log).records]
    assert offsets == list(range(offsets[0], 12))


def test_nothing_is_taken_for_synced_where_a_whole_batch_was_cut() -> None:
    """A program that the machine found: the cut ended below the offset asked for."""
    rig = Rig()
    rig.append(0, (b"a", b"b", b"c"))
    rig.log.flush()
    rig.log.truncate_to(2)
    assert rig.log.end_offset == 0
    assert rig.log.recovery_point == 0
