"""A cleaning that is under way: readers, losses and crashes meanwhile."""

from __future__ import annotations

import errno
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace

import pytest
from logion.log import compaction
from logion.log.segment import Segment
from logion.log.settings import CompactionSettings, LogSettings
from logion.names import Buffer
from logion.protocol.errors import ApiError
from logion.records.batch import Batch
from logion.records.codec import Codec
from logion.records.validation import ProduceRules
from logion.testing.disk import MemoryDisk, Operation

from tests.effort import usually
from tests.logion.log.compacting import COMPACTED, NAME, World

NEWEST = 5
"""Of the newest unsynced operations any may be lost: it was tried with older ones."""


@pytest.fixture
def world() -> World:
    return World()


@pytest.mark.parametrize(
    "meanwhile",
    [
        lambda world: world.log.truncate_to(11),
        lambda world: world.log.restart_at(50),
        lambda world: world.logs.delete(NAME),
    ],
    ids=["truncated", "restarted", "deleted"],
)
@pytest.mark.parametrize("after", range(3))
def test_a_log_that_loses_records_is_left_as_it_is(
    meanwhile: Callable[[World], None], after: int, world: World
) -> None:
    for number in range(20):
        world.put((b"k", b"v%d" % number))
    world.logs.high_watermarks[NAME] = 20
    steps = world.cleaner.clean_dirtiest()
    assert steps is not None
    for number, work in enumerate(steps):
        if number == after:
            meanwhile(world)
        elif work is not None:
            work()
    assert world.log.cleaned_end == 0
    assert world.log.end_offset in {11, 50, 20}
    assert not [n for n in world.disk.listdir("data") if "fail" in n]
    assert world.log.directory.failure is None
    if world.disk.exists("data/t-0"):
        assert not [n for n in world.disk.listdir("data/t-0") if "cleaned" in n]


def test_new_files_have_names_of_their_own_until_they_are_whole(world: World) -> None:
    for number in range(20):
        world.put((b"k", b"v%d" % number))
    world.logs.high_watermarks[NAME] = 20
    steps = world.cleaner.clean_dirtiest()
    assert steps is not None
    seen = set()
    for work in steps:
        seen.update(world.disk.listdir("data/t-0"))
        if work is not None:
            work()
    first = f"{0:020}.log"
    assert f"{first}.cleaned" in seen
    left = set(world.disk.listdir("data/t-0"))
    assert first in left
    assert not any("cleaned" in it for it in left)


def test_a_segment_of_which_nothing_stays_is_empty_whatever_stood_there(
    world: World,
) -> None:
    file = world.disk.open(f"data/t-0/{0:020}.log.cleaned", create=True)
    file.pwritev((b"left by a crash",), 0)
    for number in range(10):
        world.put((b"k", b"v%d" % number))
    world.log.roll()
    world.put((b"k", b"last"))
    world.log.roll()
    world.clean(rolls=False)
    assert world.found == [(10, b"k", b"last")]
    for segment in world.log.segments:
        assert segment.file.size() == segment.size


@pytest.mark.parametrize(
    ("magic", "codec", "records", "steps"),
    [(1, Codec.GZIP, 1, 5), (2, Codec.NONE, 2, 11)],
)
def test_a_step_ends_after_so_many_records_and_bytes(
    monkeypatch: pytest.MonkeyPatch, magic: int, codec: Codec, records: int, steps: int
) -> None:
    rules = ProduceRules(is_compacted=True, magic=magic)
    world = World(LogSettings(segment_bytes=10_000, is_delete=False, rules=rules))
    for number in range(29):
        pairs = [(b"%d" % number, b"%d" % at) for at in range(records)]
        world.put(*pairs, magic=magic, codec=codec)
    world.log.roll()
    world.logs.high_watermarks[NAME] = world.log.end_offset
    monkeypatch.setattr(compaction, "STEP_COST_MAX", 0.02)
    found = world.cleaner.clean_dirtiest()
    assert found is not None
    works = [work for work in found if work is None or work()]
    assert works == [None] * steps


@pytest.mark.parametrize(("more", "together"), [(0, 2), (1, 3)])
def test_what_stays_is_written_in_pieces(
    monkeypatch: pytest.MonkeyPatch, more: int, together: int
) -> None:
    world = World(replace(COMPACTED, segment_bytes=10_000))
    for number in range(10, 50):
        world.put((b"k%d" % (number % 25 + 10), b"v%d" % number))
    written: list[int] = []
    copy_in = Segment.copy_in

    def noted(
        segment: Segment,
        pieces: Sequence[Buffer],
        batches: Sequence[Batch],
        settings: LogSettings,
    ) -> None:
        assert len(pieces) == len(batches)
        written.append(len(pieces))
        copy_in(segment, pieces, batches, settings)

    monkeypatch.setattr(Segment, "copy_in", noted)
    monkeypatch.setattr(compaction, "WRITE_SIZE", world.log.size // 40 * 2 + more)
    world.clean()
    assert written == [*[together] * (25 // together), 1]
    assert world.offsets == list(range(15, 40))
    assert world.reopened().offsets == list(range(15, 40))


def test_a_disk_that_fails_takes_its_directory_offline(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    for number in range(20):
        world.put((b"k", b"v%d" % number))
    world.disk.fail(errno.ENOSPC, after=6, count=1000)
    world.clean(rolls=False)
    failure = world.log.directory.failure
    assert failure is not None
    assert failure.errno == errno.ENOSPC
    assert "log directory data goes offline" in caplog.text
    assert not world.log.uncleanable


def crash_points(build: Callable[[], World], stride: int) -> Iterator[MemoryDisk]:
    """Yield the disks that crashes leave, at one in `stride` operations."""
    seen: set[object] = set()
    for count in range(0, 100_000, stride):
        world = build()
        disk = world.disk
        disk.fail(after=count, count=1_000_000)
        with suppress(ApiError, OSError):
            world.clean(rolls=False)
        if world.log.directory.failure is None:
            return
        found = (*map(kind_of, disk.unsynced), *sorted(disk._durable))
        if found not in seen:  # or it was a read that failed
            seen.add(found)
            yield from map(disk.crash, kept_by_a_crash(len(disk.unsynced)))


def kind_of(operation: Operation) -> str:
    """Return what is done, and to which name or how much."""
    names = ("path", "old", "new", "position", "size")
    shown = [getattr(operation, name, None) for name in names]
    return f"{type(operation).__name__} {shown}"


def kept_by_a_crash(unsynced: int) -> Iterator[Collection[int]]:
    """Yield which operations reach the disk: none, all, or all but one."""
    yield from (range(0), range(unsynced))
    for lost in range(max(0, unsynced - NEWEST), unsynced - 1):
        yield [it for it in range(unsynced) if it != lost]


def a_dirty_log() -> World:
    """Return a log of several segments, of which little stays."""
    world = World(replace(COMPACTED, segment_bytes=200))
    fill(world)
    return world


def a_log_whose_tombstones_go() -> World:
    """Return one that was cleaned before, and whose new tombstones are old enough."""
    rules = CompactionSettings(has_delete_horizons=False, delete_retention_ms=0)
    world = World(replace(COMPACTED, segment_bytes=200, compaction=rules))
    for number in range(3):
        world.put((b"first", b"%d" % number))
    world.clean()
    fill(world)
    return world


def fill(world: World) -> None:
    for number in range(10):
        is_gone = number in {1, 6}
        key = b"gone" if is_gone else b"k%d" % (number % 3)
        world.put((key, None if number in {6, 7} else b"v%d" % number))
    world.log.flush()
    world.logs.write_checkpoints()


@pytest.mark.slow
@pytest.mark.parametrize("stride", usually((6, 1), lambda it: it > 1))
@pytest.mark.parametrize("build", [a_dirty_log, a_log_whose_tombstones_go])
def test_a_crash_anywhere_leaves_a_log_that_is_cleaned_up_to_somewhere(
    build: Callable[[], World], stride: int
) -> None:
    whole = build()
    records, end = whole.found, whole.log.end_offset
    values = {key: value for _, key, value in records}
    for disk in crash_points(build, stride):
        found = World(whole.settings, disk)
        assert found.log.end_offset == end
        assert set(found.found) <= set(records)
        left = {key: value for _, key, value in found.found}
        assert without_tombstones(left) == without_tombstones(values)
        for name in disk.listdir("data/t-0"):
            assert not name.endswith((".cleaned", ".swap", ".deleted")), name
        found.put((b"more", b"1"))
        found.clean()
        assert found.log.start_offset == 0
        assert found.offsets[-1] == end


def without_tombstones(
    values: dict[bytes | None, bytes | None],
) -> dict[bytes | None, bytes | None]:
    return {key: value for key, value in values.items() if value is not None}
