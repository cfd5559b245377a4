"""Compaction keeps the last record of each key, and everything else that follows."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from dataclasses import replace

import pytest
from logion.log.cleaner import LogCleaner
from logion.log.compaction import Cleaned
from logion.log.manager import BrokerIdentity, LogManager
from logion.log.offset_map import MapLimits
from logion.log.settings import CompactionSettings, LogSettings
from logion.names import TopicPartition
from logion.protocol.errors import ApiError
from logion.records.batch import parse_batches
from logion.records.codec import Codec
from logion.records.control import (
    ControlType,
    EndTransactionMarker,
    write_end_transaction_marker,
)
from logion.records.record import BatchOptions, Record, write_batch
from logion.records.validation import ProduceRules
from logion.testing.clock import NEW_YEAR_2024_MS, FakeClock
from logion.testing.disk import MemoryDisk, Operation

from tests.effort import usually
from tests.logion.log.building import records_of

NAME = TopicPartition("t", 0)
DAY_MS = 24 * 3600 * 1000
NEWEST = 5
"""Of the newest unsynced operations any may be lost: it was tried with older ones."""
COMPACTED = LogSettings(
    segment_bytes=400,
    index_interval_bytes=100,
    is_delete=False,
    rules=ProduceRules(is_compacted=True),
    file_delete_delay_ms=0,
)


class World:
    """A log that is compacted, on a disk that can crash."""

    def __init__(
        self, settings: LogSettings = COMPACTED, disk: MemoryDisk | None = None
    ) -> None:
        self.clock = FakeClock()
        self.settings = settings
        self.disk = disk or MemoryDisk(self.clock)
        self.logs = LogManager(
            self.disk, self.clock, settings_of=lambda _: self.settings
        )
        self.logs.open(["data"], BrokerIdentity(0))
        self.cleaner = LogCleaner(self.logs, MapLimits())
        self.log = self.logs.create(NAME)

    def put(self, *pairs: tuple[bytes | None, bytes | None], **options: object) -> None:
        """Append one batch."""
        records = [
            Record(number, self.clock.time_ms(), key, value)
            for number, (key, value) in enumerate(pairs)
        ]
        made = BatchOptions(**options)  # type: ignore[arg-type]
        version = {0: 1, 1: 2, 2: 9}[made.magic]
        data = bytearray(write_batch(records, made))
        self.log.append_as_leader(data, leader_epoch=0, produce_version=version)

    def end(self, kind: ControlType, *, producer: int = 7, epoch: int = 0) -> None:
        """End a producer's transaction."""
        marker = write_end_transaction_marker(
            EndTransactionMarker(kind, 0),
            offset=0,
            timestamp=self.clock.time_ms(),
            leader_epoch=0,
            producer_id=producer,
            producer_epoch=epoch,
        )
        self.log.append_as_leader(bytearray(marker), leader_epoch=0)

    def clean(self, *, rolls: bool = True) -> list[Cleaned]:
        """Clean the log now."""
        self.logs.high_watermarks[NAME] = self.log.end_offset
        return self.cleaner.clean_now(rolls=rolls)

    @property
    def found(self) -> list[tuple[int, bytes | None, bytes | None]]:
        """Return offset, key and value of every record but markers."""
        return [(it.offset, it.key, it.value) for it in records_of(self.log)]

    @property
    def offsets(self) -> list[int]:
        return [it.offset for it in records_of(self.log)]

    def shape(self) -> list[tuple[int, int, int | None]]:
        """Return first and last offset and count of every batch."""
        return [
            (it.base_offset, it.last_offset, it.count)
            for segment in self.log.segments
            for it in parse_batches(segment.slice(0, segment.size).read())
        ]

    def reopened(self) -> World:
        """Return the log as it is after a clean stop."""
        self.logs.close()
        return World(self.settings, self.disk)


@pytest.fixture
def world() -> World:
    return World()


def test_the_last_record_of_each_key_stays_where_it_is(world: World) -> None:
    for number in range(40):
        world.put((b"k%d" % (number % 3), b"v%d" % number))
    before = world.log.size
    (done,) = world.clean()
    assert world.found == [
        (37, b"k1", b"v37"),
        (38, b"k2", b"v38"),
        (39, b"k0", b"v39"),
    ]
    assert (done.name, done.start_offset, done.end_offset) == (NAME, 0, 40)
    assert done.size_before == before
    assert done.size_after == world.log.size < before
    assert (world.log.start_offset, world.log.end_offset) == (0, 40)


def test_the_active_segment_is_never_cleaned(world: World) -> None:
    for number in range(20):
        world.put((b"k", b"v%d" % number))
    active = world.log.segments[-1].base_offset
    world.clean(rolls=False)
    assert world.offsets == [active - 1, *range(active, 20)]


def test_a_read_at_a_removed_offset_gets_the_next_that_is_left(world: World) -> None:
    for key in (b"a", b"b", b"a", b"a"):
        world.put((key, b"v"))
    world.clean()
    for offset, found in ((0, 1), (1, 1), (2, 3), (3, 3)):
        data = world.log.read(offset, 1000).read()
        assert parse_batches(data)[0].last_offset == found


@pytest.mark.parametrize("codec", Codec)
def test_a_batch_keeps_its_offsets_and_codec_when_records_of_it_go(
    world: World, codec: Codec
) -> None:
    world.put((b"a", b"1"), (b"b", b"2"), (b"c", b"3"), codec=codec)
    world.put((b"a", b"4"), (b"c", b"5"), codec=codec)
    world.clean()
    assert world.found == [(1, b"b", b"2"), (3, b"a", b"4"), (4, b"c", b"5")]
    assert world.shape() == [(0, 2, 1), (3, 4, 2)]
    data = world.log.read(0, 1000).read()
    assert {batch.codec for batch in parse_batches(data)} == {codec}


@pytest.mark.parametrize("magic", [0, 1])
@pytest.mark.parametrize("codec", [Codec.NONE, Codec.GZIP])
def test_old_formats_are_cleaned_in_their_own_way(magic: int, codec: Codec) -> None:
    rules = ProduceRules(is_compacted=True, magic=magic)
    world = World(LogSettings(segment_bytes=400, is_delete=False, rules=rules))
    world.put((b"a", b"1"), (b"b", b"2"), (b"c", b"3"), codec=codec, magic=magic)
    world.put((b"a", b"4"), (b"c", b"5"), codec=codec, magic=magic)
    world.put((b"c", b"6"), codec=codec, magic=magic)
    world.clean()
    assert world.found == [(1, b"b", b"2"), (3, b"a", b"4"), (5, b"c", b"6")]
    data = world.log.read(0, 1000).read()
    assert [batch.last_offset for batch in parse_batches(data)] == [1, 3, 5]


def test_a_tombstone_goes_once_every_reader_had_time_to_see_it(world: World) -> None:
    world.put((b"a", b"1"))
    world.put((b"a", None), (b"b", b"2"))
    world.clean()
    assert world.found == [(1, b"a", None), (2, b"b", b"2")]
    (batch,) = parse_batches(world.log.read(0, 1000).read())
    assert batch.delete_horizon == world.clock.time_ms() + DAY_MS
    assert records_of(world.log)[0].timestamp == NEW_YEAR_2024_MS
    world.clock.advance(DAY_MS - 1)
    world.clean()
    assert world.offsets == [1, 2]
    world.clock.advance(1)
    world.clean()
    assert world.found == [(2, b"b", b"2")]


def test_before_3_1_a_tombstone_goes_by_the_age_of_its_file() -> None:
    rules = CompactionSettings(has_delete_horizons=False, delete_retention_ms=1000)
    world = World(replace(COMPACTED, segment_bytes=90, compaction=rules))
    world.put((b"a", None), (b"b", b"2"))
    world.clean()
    world.clock.advance(1000)
    world.put((b"c", b"3"))
    world.clean()
    assert world.offsets == [0, 1, 2]
    world.put((b"d", b"4"))
    world.clean()  # the last clean segment is a second younger than the tombstone's
    assert world.found == [(1, b"b", b"2"), (2, b"c", b"3"), (3, b"d", b"4")]


def test_records_without_a_key_go(world: World) -> None:
    world.settings = LogSettings(is_delete=False)
    world.logs.reconfigure("t")
    world.put((None, b"1"), (b"a", b"2"))
    world.settings = COMPACTED
    world.logs.reconfigure("t")
    world.clean()
    assert world.found == [(1, b"a", b"2")]


def test_the_last_batch_of_a_producer_stays_empty(world: World) -> None:
    idempotent = {"producer_id": 7, "producer_epoch": 3}
    world.put((b"a", b"1"), **idempotent, base_sequence=0)
    world.put((b"a", b"2"), (b"a", b"3"), **idempotent, base_sequence=1)
    world.put((b"a", b"4"))
    world.clean()
    assert world.found == [(3, b"a", b"4")]
    assert world.shape() == [(1, 2, 0), (3, 3, 1)]
    again = world.reopened()
    assert again.log.producers[7].last_sequence == 2
    again.put((b"b", b"5"), **idempotent, base_sequence=3)
    with pytest.raises(ApiError, match="OUT_OF_ORDER"):
        again.put((b"b", b"6"), **idempotent, base_sequence=9)


def transaction(world: World, kind: ControlType, *values: bytes) -> None:
    known = world.log.producers.get(7)
    first = 0 if known is None else known.last_sequence + 1
    for number, value in enumerate(values):
        world.put(
            *[(b"k", value)],
            producer_id=7,
            producer_epoch=0,
            base_sequence=first + number,
            is_transactional=True,
        )
    world.end(kind)


def test_records_of_aborted_transactions_go_and_are_told_of(world: World) -> None:
    world.put((b"k", b"good"))
    transaction(world, ControlType.ABORT, b"bad", b"worse")
    world.put((b"other", b"1"))
    world.clean()
    assert world.shape() == [(0, 0, 1), (2, 2, 0), (3, 3, 1), (4, 4, 1)]
    assert world.found[0] == (0, b"k", b"good")
    aborted = world.log.aborted(0, 5)
    assert [(it.first_offset, it.last_offset) for it in aborted] == [(1, 3)]


def test_a_marker_goes_after_the_last_batch_of_its_transaction(world: World) -> None:
    transaction(world, ControlType.COMMIT, b"1")
    transaction(world, ControlType.COMMIT, b"2")
    world.clean()
    world.clean()
    world.clock.advance(DAY_MS)
    world.clean()
    assert world.shape() == [(2, 2, 1), (3, 3, 1)]


def test_an_open_transaction_holds_the_cleaner_up(world: World) -> None:
    world.put((b"a", b"1"))
    world.log.roll()
    world.put(
        (b"a", b"2"),
        producer_id=7,
        producer_epoch=0,
        base_sequence=0,
        is_transactional=True,
    )
    world.log.roll()
    world.put((b"a", b"3"))
    world.clean()
    assert world.offsets == [0, 1, 2]
    world.end(ControlType.ABORT)
    world.clean()
    assert [o for o in world.offsets if o != 3] == [2]


def test_what_is_not_committed_is_left_alone(world: World) -> None:
    for number in range(20):
        world.put((b"k", b"v%d" % number))
    world.logs.high_watermarks[NAME] = 5
    world.cleaner.clean_now(rolls=True)
    assert world.offsets[-15:] == list(range(5, 20))


def test_segments_become_one_up_to_their_size(world: World) -> None:
    for number in range(60):
        world.put((b"k%d" % (number % 12), b"v%d" % number))
    world.clean()
    many = len(world.log.segments)
    world.clean()
    assert len(world.log.segments) < many
    assert all(it.size <= 400 for it in world.log.segments)
    world.put((b"more", b"1"))
    world.clean()
    again = world.reopened()
    assert again.offsets == [*range(48, 60), 60]
    assert [it for it in world.disk.listdir("data/t-0") if it.endswith(".swap")] == []


def test_a_batch_that_is_corrupt_stops_the_cleaning_and_nothing_else(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    for number in range(20):
        world.put((b"k", b"v%d" % number))
    world.log.segments[1].file.pwritev((b"\xff",), 90)
    assert world.clean() == []
    assert world.log.uncleanable.startswith("CORRUPT_MESSAGE")
    assert "t-0 is not cleaned any more: CORRUPT_MESSAGE" in caplog.text
    assert world.log.end_offset == 20
    world.put((b"k", b"more"))
    assert world.clean() == []
    assert not [n for n in world.disk.listdir("data/t-0") if "cleaned" in n]


def test_a_log_made_anew_is_cleaned_though_the_former_could_not_be(
    world: World,
) -> None:
    for number in range(20):
        world.put((b"k", b"v%d" % number))
    world.log.segments[1].file.pwritev((b"\xff",), 90)
    assert world.clean() == []
    world.logs.delete(NAME)
    world.log = world.logs.create(NAME)
    for number in range(20):
        world.put((b"k", b"v%d" % number))
    assert [it.name for it in world.clean()] == [NAME]
    assert world.offsets == [19]


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


def test_a_log_of_the_manager_is_known_after_a_restart_as_clean(world: World) -> None:
    for number in range(20):
        world.put((b"k", b"v%d" % number))
    world.clean()
    end = world.log.cleaned_end
    assert end == 20
    data = world.disk.open("data/cleaner-offset-checkpoint").pread(100, 0)
    assert data == b"0\n1\nt 0 20\n"
    assert world.reopened().log.cleaned_end == end


def test_a_map_that_is_full_leaves_the_rest_for_the_next_time(world: World) -> None:
    for number in range(40):
        world.put((b"k%d" % (number % 10), b"v%d" % number))
    world.cleaner = LogCleaner(world.logs, MapLimits(24 * 7, 1.0))
    world.logs.high_watermarks[NAME] = 40
    world.log.roll()
    steps = world.cleaner.clean_dirtiest()
    assert steps is not None
    for work in steps:
        if work is not None:
            work()
    assert world.log.cleaned_end == 7
    assert world.offsets == list(range(40))
    world.clean()
    assert world.log.cleaned_end == 40
    assert world.offsets == list(range(30, 40))


def test_a_batch_with_more_keys_than_fit_is_told_and_left(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    world.put(*[(b"k%d" % number, b"v") for number in range(9)])
    world.cleaner = LogCleaner(world.logs, MapLimits(24 * 7, 1.0))
    assert world.clean() == []
    assert "log.cleaner.dedupe.buffer.size has room for 7 keys" in caplog.text
    assert "has room for 7 keys" in world.log.uncleanable
