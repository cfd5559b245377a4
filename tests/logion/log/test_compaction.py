"""Compaction keeps the last record of each key, and everything else that follows."""

from __future__ import annotations

from dataclasses import replace

import pytest
from logion.log.cleaner import LogCleaner
from logion.log.offset_map import MapLimits
from logion.log.settings import CompactionSettings, LogSettings
from logion.protocol.errors import ApiError
from logion.records.batch import parse_batches
from logion.records.codec import Codec
from logion.records.control import ControlType
from logion.records.validation import ProduceRules
from logion.testing.clock import NEW_YEAR_2024_MS

from tests.logion.log.building import records_of
from tests.logion.log.compacting import COMPACTED, DAY_MS, NAME, World


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


def test_nothing_is_told_of_an_aborted_transaction_once_it_is_gone(
    world: World,
) -> None:
    transaction(world, ControlType.ABORT, b"bad")
    transaction(world, ControlType.COMMIT, b"good")
    index = f"data/t-0/{0:020}.txnindex"
    assert world.disk.open(index).size() > 0
    world.clean()
    world.clean()
    world.clock.advance(DAY_MS)
    world.clean()
    assert world.shape() == [(2, 2, 1), (3, 3, 1)]
    assert list(world.log.aborted(0, 4)) == []
    assert world.disk.open(index).size() == 0


def test_what_is_left_of_all_segments_is_counted(world: World) -> None:
    for number in range(40):
        world.put((b"k%d" % number, b"v"))
    before = world.log.size
    (done,) = world.clean()
    assert len(world.log.segments) > 2
    assert (done.size_before, done.size_after) == (before, world.log.size)


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
    sizes = {it.base_offset: it.size for it in world.log.segments}
    (done,) = world.cleaner.clean_now(rolls=True)
    below = [size for at, size in sizes.items() if at < done.end_offset]
    assert done.size_before == sum(below)
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
    assert "t-0: no sound batch at byte " in world.log.uncleanable
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
