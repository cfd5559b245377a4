from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from logion.log.offset_map import MapLimits, OffsetMap
from logion.records.heads import Head

ROOMY = MapLimits()


def head(offset: int, key: bytes | None, *, has_value: bool = True) -> Head:
    return (0, 0, 0, offset, key, has_value)


@given(st.lists(st.sampled_from([b"", b"a", b"b", b"c", None])))
def test_what_stays_is_the_last_record_of_each_key(keys: list[bytes | None]) -> None:
    heads = [head(offset, key) for offset, key in enumerate(keys)]
    found = OffsetMap(ROOMY, 0, len(heads))
    assert found.put(heads, 0)
    found.end_offset = len(heads)
    last = {key: offset for offset, key in enumerate(keys) if key is not None}
    kept = found.latest(heads, drops_tombstones=False)
    assert [it[3] for it in kept] == sorted(last.values())
    assert len(found) == len(last)


def test_tombstones_go_if_they_may_and_what_is_not_known_stays() -> None:
    heads = [head(0, b"a"), head(1, b"a", has_value=False), head(2, None)]
    found = OffsetMap(ROOMY, 0, 3)
    found.put(heads, 0)
    found.end_offset = 3
    assert found.latest(heads, drops_tombstones=False) == heads[1:2]
    assert found.latest(heads, drops_tombstones=True) == []
    found.end_offset = 2
    assert found.latest(heads, drops_tombstones=True) == heads[2:]


def test_it_is_full_at_as_many_keys_as_its_memory_is_for() -> None:
    limits = MapLimits(size_max=24 * 10, load_factor=0.5)
    found = OffsetMap(limits, 0, 100)
    assert limits.entries_max == 5
    assert found.put([head(at, b"%d" % at) for at in range(5)], 0)
    assert not found.put([head(5, b"5")], 0)
    assert len(found) == 5


def test_records_below_the_start_are_not_taken_in() -> None:
    found = OffsetMap(ROOMY, 1, 2)
    found.put([head(0, b"a"), head(1, b"b")], 1)
    assert len(found) == 1


def test_no_slot_is_left_out_when_a_map_is_filled_to_the_last_one() -> None:
    limits = MapLimits(size_max=24 * 20, load_factor=1.5)
    assert limits.entries_max == 30
    for nth in range(40):
        heads = [head(1 + at, b"%d of %d" % (at, nth)) for at in range(30)]
        found = OffsetMap(limits, 1, 31)
        assert found.put(heads, 1)
        found.end_offset = 31
        assert found.latest(heads, drops_tombstones=False) == heads
        older = [head(0, key) for _, _, _, _, key, _ in heads]
        assert found.latest(older, drops_tombstones=False) == []


def test_there_is_room_for_as_many_keys_as_records() -> None:
    heads = [head(at, b"%d" % at) for at in range(5, 200)]
    found = OffsetMap(ROOMY, 5, 200)
    assert found.end_offset == 5
    assert found.put(heads, 5)
    assert len(found) == 195
