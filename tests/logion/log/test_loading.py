from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from logion.disk import read_file, write_file
from logion.log.loading import Known
from logion.log.log import Log
from logion.log.settings import LogSettings
from logion.records.validation import ProduceRules
from logion.testing.disk import MemoryDisk

from tests.effort import examples
from tests.logion.log.building import (
    FOLDER,
    SMALL,
    append,
    batch,
    idempotent,
    open_log,
    produce,
    records_of,
    recovered,
    values_of,
)


def filled(count: int, *, synced: int) -> tuple[MemoryDisk, Log]:
    """Return a log of `count` batches, the first `synced` of them synced."""
    disk = MemoryDisk()
    log = open_log(disk)
    for number in range(count):
        append(log, b"value %d" % number)
        if number + 1 == synced:
            log.flush()
    return disk, log


def expected(count: int) -> list[bytes]:
    return [b"value %d" % number for number in range(count)]


def size_of(disk: MemoryDisk, base_offset: int = 0) -> int:
    return disk.size(f"{FOLDER}/{base_offset:020d}.log")


def test_after_a_clean_stop_nothing_is_read_but_tails() -> None:
    disk = MemoryDisk()
    log = open_log(disk, LogSettings())
    for _ in range(500):
        append(log, bytes(1000))
    log.close().run()
    before = disk.operations
    again = open_log(disk, LogSettings())
    assert again.end_offset == 500
    assert disk.operations - before < 40


def test_a_crash_of_the_process_alone_loses_nothing() -> None:
    disk, _ = filled(50, synced=0)
    log = recovered(disk.crash(range(len(disk.unsynced))))
    assert values_of(log) == expected(50)


@pytest.mark.parametrize("synced", [1, 9, 10, 20, 30])
def test_every_prefix_of_the_unsynced_writes_recovers_to_a_prefix_of_the_log(
    synced: int,
) -> None:
    disk, _ = filled(30, synced=synced)
    for count in range(len(disk.unsynced) + 1):
        for torn in (None, 0, 1, 50):
            log = recovered(disk.crash(range(count), torn=torn), synced)
            values = values_of(log)
            assert values == expected(len(values))
            assert len(values) >= synced
            assert append(log, b"more").base_offset == len(values)


@settings(max_examples=examples(100), deadline=None)
@given(st.integers(1, 30), st.data())
def test_any_choice_of_unsynced_writes_recovers_to_a_prefix_of_the_log(
    synced: int, data: st.DataObject
) -> None:
    disk, _ = filled(30, synced=synced)
    indexes = st.integers(0, max(0, len(disk.unsynced) - 1))
    keep = data.draw(st.sets(indexes))
    torn = data.draw(st.none() | st.integers(0, 100))
    log = recovered(disk.crash(keep, torn=torn), synced)
    values = values_of(log)
    assert values == expected(len(values))
    assert len(values) >= synced


@settings(max_examples=examples(50), deadline=None)
@given(st.integers(0, 29), st.data())
def test_a_cut_is_not_undone_by_a_crash(cut: int, data: st.DataObject) -> None:
    disk, log = filled(30, synced=30)
    points: list[int] = []
    log.on_lowered = lambda: points.append(log.recovery_point)
    log.truncate_to(cut)
    for number in range(cut, 30):
        append(log, b"other %d" % number, epoch=1)
    keep = data.draw(st.sets(st.integers(0, len(disk.unsynced))))
    again = recovered(disk.crash(keep), points[-1])
    values = values_of(again)
    new = [b"other %d" % number for number in range(cut, 30)]
    assert values == (expected(cut) + new)[: len(values)]
    assert len(values) >= cut


def test_garbage_behind_the_last_record_is_cut_off() -> None:
    disk, log = filled(5, synced=0)
    log.segments[-1].file.pwritev((b"garbage" * 20,), size_of(disk))
    whole = log.size
    again = recovered(disk)
    assert values_of(again) == expected(5)
    assert size_of(disk) == again.size == whole


@pytest.mark.parametrize("position", [0, 8, 16, 17, 30, 60, 70])
def test_the_log_ends_at_the_first_corrupt_batch(position: int) -> None:
    disk, log = filled(30, synced=0)
    second = log.segments[1]
    header = next(iter(second.headers()))
    at = header.end + position
    changed = bytes([second.file.pread(1, at)[0] ^ 0x80])
    second.file.pwritev((changed,), at)
    again = recovered(disk)
    assert values_of(again) == expected(header.last_offset + 1)
    assert len(again.segments) == 2
    assert not disk.exists(f"{log.segments[2].path}.log")


def test_segments_below_the_recovery_point_are_not_read_again() -> None:
    disk, log = filled(30, synced=0)
    log.segments[0].file.pwritev((b"\xff",), 100)
    point = log.segments[1].base_offset
    assert recovered(disk, point + 1).end_offset == 30
    assert recovered(disk, point).end_offset < 30


def test_a_tail_that_a_clean_stop_cannot_have_left_is_recovered() -> None:
    disk, log = filled(30, synced=0)
    log.close().run()
    log.segments[-1].file.truncate(log.segments[-1].size - 1)
    assert values_of(open_log(disk)) == expected(29)


def test_missing_and_damaged_indexes_are_made_anew() -> None:
    disk, log = filled(30, synced=0)
    log.close().run()
    stored = {
        name: read_file(disk, f"{FOLDER}/{name}")
        for name in disk.listdir(FOLDER)
        if name.endswith("index")
    }
    assert any(stored.values())
    for number, name in enumerate(sorted(stored)):
        if number % 2:
            disk.remove(f"{FOLDER}/{name}")
        else:
            write_file(disk, f"{FOLDER}/{name}", b"\xff" * 24)
    again = recovered(disk)
    again.close().run()
    assert {n: read_file(disk, f"{FOLDER}/{n}") for n in stored} == stored


def test_a_damaged_snapshot_is_passed_over() -> None:
    disk = MemoryDisk()
    log = open_log(disk)
    for sequence in range(30):
        produce(log, idempotent(sequence))
    log.close().run()
    snapshots = sorted(n for n in disk.listdir(FOLDER) if n.endswith(".snapshot"))
    assert len(snapshots) > 2
    write_file(disk, f"{FOLDER}/{snapshots[-1]}", b"damaged")
    assert open_log(disk).producers[7].last_sequence == 29
    for name in snapshots:
        write_file(disk, f"{FOLDER}/{name}", b"")
    assert recovered(disk).producers[7].last_sequence == 29


def test_a_clean_log_without_snapshots_has_no_producers() -> None:
    disk = MemoryDisk()
    log = open_log(disk)
    produce(log, idempotent(0))
    log.close().run()
    for name in disk.listdir(FOLDER):
        if name.endswith(".snapshot"):
            disk.remove(f"{FOLDER}/{name}")
    assert open_log(disk).producers == {}


def test_snapshots_of_what_was_lost_are_not_believed() -> None:
    disk = MemoryDisk()
    log = open_log(disk)
    for sequence in range(29):
        produce(log, idempotent(sequence))
    produce(log, idempotent(0, producer_id=8))
    log.close().run()
    name = f"{FOLDER}/{30:020d}.snapshot"
    assert disk.exists(name)
    log.segments[-1].file.truncate(log.segments[-1].size - 1)
    again = recovered(disk)
    assert again.producers[7].last_sequence == 28
    assert 8 not in again.producers
    assert not disk.exists(name)


def test_snapshots_of_earlier_stops_do_not_pile_up() -> None:
    disk, log = filled(3, synced=0)
    for _ in range(4):
        append(log, b"v")
        log.close().run()
        log = open_log(disk)
    names = [n for n in disk.listdir(FOLDER) if n.endswith(".snapshot")]
    assert names == [f"{7:020d}.snapshot"]


def test_what_was_recovered_survives_the_next_crash() -> None:
    disk, _ = filled(30, synced=0)
    disk.sync_dir("data")
    assert recovered(disk).recovery_point == 30
    assert values_of(recovered(disk.crash(), 30)) == expected(30)


def test_epochs_are_learnt_again_from_the_batches() -> None:
    disk = MemoryDisk()
    log = open_log(disk)
    for number in range(30):
        append(log, b"v", epoch=number // 10)
    assert not disk.exists(f"{FOLDER}/leader-epoch-checkpoint")
    assert recovered(disk).epochs == ((0, 0), (1, 10), (2, 20))
    write_file(disk, f"{FOLDER}/leader-epoch-checkpoint", b"nonsense")
    assert recovered(disk).epochs == ((0, 0), (1, 10), (2, 20))


def test_epochs_below_the_recovery_point_are_those_of_the_checkpoint() -> None:
    disk = MemoryDisk()
    log = open_log(disk)
    for number in range(30):
        append(log, b"v", epoch=number // 10)
    log.flush()
    assert 10 < log.segments[1].base_offset < 20
    for point in range(31):
        assert recovered(disk, point).epochs == ((0, 0), (1, 10), (2, 20))


def test_files_on_their_way_out_are_removed() -> None:
    disk, _ = filled(3, synced=0)
    for name in ("00000000000000000007.log.deleted", "x.tmp"):
        write_file(disk, f"{FOLDER}/{name}", b"1")
    write_file(disk, f"{FOLDER}/00000000000000000000.log.cleaned", b"1")
    write_file(disk, f"{FOLDER}/00000000000000000000.log.swap", b"1")
    assert values_of(recovered(disk)) == expected(3)
    assert {n.rpartition(".")[2] for n in disk.listdir(FOLDER)} <= {
        "log",
        "index",
        "timeindex",
        "snapshot",
        "leader-epoch-checkpoint",
    }


def test_a_finished_compaction_is_completed() -> None:
    disk = MemoryDisk()
    compacted = LogSettings(rules=ProduceRules(is_compacted=True), segment_bytes=150)
    log = open_log(disk, compacted)
    for number in range(6):
        append(log, b"value %d" % number)
    log.close().run()
    bases = [segment.base_offset for segment in log.segments]
    assert len(bases) > 3
    kept = batch(b"kept", base_offset=bases[3] - 1)
    write_file(disk, f"{FOLDER}/{0:020d}.log.swap", kept)
    again = open_log(disk, compacted, Known(recovery_point=0))
    assert [s.base_offset for s in again.segments] == [0, *bases[3:]]
    found = records_of(again)
    assert found[0].offset == bases[3] - 1
    assert found[-1].offset == 5


@pytest.mark.parametrize("point", [None, 30])
def test_sound_segments_behind_a_gap_are_kept(point: int | None) -> None:
    disk, log = filled(30, synced=0)
    second, third = log.segments[1:3]
    disk.remove(f"{second.path}.log")
    again = open_log(disk, known=Known(recovery_point=point))
    kept = [*range(second.base_offset), *range(third.base_offset, 30)]
    assert [record.offset for record in records_of(again)] == kept
    assert append(again, b"more").base_offset == 30


def test_a_gap_may_end_where_the_synced_part_does() -> None:
    disk, log = filled(30, synced=0)
    disk.remove(f"{log.segments[1].path}.log")
    point = log.segments[2].base_offset
    assert recovered(disk, point).end_offset == 30


def test_a_hole_that_a_power_cut_tore_ends_the_log_unless_it_is_compacted(
    caplog: pytest.LogCaptureFixture,
) -> None:
    disk, log = filled(30, synced=0)
    second, behind = log.segments[1], log.segments[2:]
    disk.remove(f"{second.path}.log")
    compacted = LogSettings(segment_bytes=1000, rules=ProduceRules(is_compacted=True))
    known = Known(recovery_point=0)
    copy = disk.crash(range(len(disk.unsynced)))
    assert open_log(copy, compacted, known).end_offset == 30
    assert caplog.messages == []
    assert open_log(disk, SMALL, known).end_offset == second.base_offset
    size = sum(segment.size for segment in behind)
    told = (
        f"data/t-0: cut at offset {second.base_offset}: lost {size} bytes, "
        f"{len(behind)} whole segments among them: a hole up to "
        f"{behind[0].base_offset}, and only what is below 0 was synced"
    )
    assert caplog.messages == [told]


def test_segments_that_overlap_end_the_log() -> None:
    disk, log = filled(30, synced=0)
    second = log.segments[1]
    disk.rename(f"{second.path}.log", f"{FOLDER}/{second.base_offset - 1:020d}.log")
    assert recovered(disk).end_offset == second.base_offset


def test_what_a_recovery_cuts_off_is_told(caplog: pytest.LogCaptureFixture) -> None:
    disk, log = filled(30, synced=0)
    first, *others = log.segments
    first.file.pwritev((b"\xff",), 100)
    sound = next(iter(first.headers())).end
    before = log.size
    again = recovered(disk)
    told = (
        f"data/t-0: cut at offset {again.end_offset}: lost {before - sound} bytes, "
        f"{len(others)} whole segments among them: "
        f"no sound batch at byte {sound} of {first.path}.log"
    )
    assert caplog.messages == [told]
    caplog.clear()
    recovered(disk)
    assert caplog.messages == []


def test_a_log_starts_where_the_checkpoint_says() -> None:
    disk, log = filled(30, synced=0)
    log.close().run()
    known = Known(is_clean=True, start_offset=17)
    assert open_log(disk, known=known).start_offset == 17


def test_a_log_never_ends_before_it_started() -> None:
    disk, log = filled(30, synced=0)
    log.close().run()
    again = open_log(disk, known=Known(is_clean=True, start_offset=99))
    assert (again.start_offset, again.end_offset) == (99, 99)
    assert open_log(disk, known=Known(start_offset=99)).end_offset == 99


def test_records_before_the_start_are_told_when_they_go(
    caplog: pytest.LogCaptureFixture,
) -> None:
    disk, log = filled(3, synced=0)
    open_log(disk, known=Known(start_offset=99))
    (message,) = caplog.messages
    assert f"cut at offset 3: lost {log.size} bytes" in message
    assert "what begins at 99" in message


def test_a_log_without_segments_goes_on_where_it_started() -> None:
    log = open_log(MemoryDisk(), known=Known(start_offset=17))
    assert (log.start_offset, log.end_offset) == (17, 17)


def test_recovery_survives_a_crash_in_its_middle() -> None:
    disk, log = filled(30, synced=10)
    log.segments[-1].file.truncate(log.segments[-1].size - 1)
    broken = disk.crash(range(len(disk.unsynced)))
    recovered(broken, 10)
    for count in range(len(broken.unsynced) + 1):
        assert values_of(recovered(broken.crash(range(count)), 10)) == expected(29)
