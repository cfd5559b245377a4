from __future__ import annotations

import errno

import pytest
from logion.coordination import journal as journal_module
from logion.coordination.journal import Journal, open_journal
from logion.coordination.store import Coordination
from logion.coordination.tree import (
    Change,
    Check,
    CommitError,
    Create,
    Delete,
    Node,
    SetData,
)
from logion.disk import read_file
from logion.testing.clock import FakeClock
from logion.testing.disk import MemoryDisk

PATH = "data/journal"


def opened(disk: MemoryDisk) -> Journal:
    disk.make_dir("data")
    disk.sync_dir("")
    return open_journal(disk, PATH, FakeClock())


async def nodes_of(store: Coordination) -> dict[str, Node]:
    return dict(await store.walk())


async def filled(disk: MemoryDisk) -> Journal:
    store = opened(disk)
    await store.commit(
        [Create("/a", b"1"), Create("/a/b", None), Create("/bin", b"\xff")]
    )
    await store.commit([SetData("/a", b"2", 0), Check("/a", 1)])
    await store.commit([Create("/a/n_", is_sequential=True), Delete("/bin")])
    return store


async def test_what_was_committed_is_there_after_a_crash() -> None:
    disk = MemoryDisk()
    before = await nodes_of(await filled(disk))
    crashed = disk.crash()
    assert await nodes_of(opened(crashed)) == before
    assert set(before) == {"/", "/a", "/a/b", "/a/n_0000000001"}


async def test_a_journal_without_history_says_what_lasts_and_nothing_else() -> None:
    disk = MemoryDisk()
    store = await filled(disk)
    before = await nodes_of(store)
    await store.commit([Create("/a/mine", b"", is_ephemeral=True)])
    written = await store.journal()
    assert await nodes_of(store) != before, "its own session goes on"
    await store.commit([SetData("/a", b"later")])
    other = MemoryDisk()
    other.make_dir("data")
    other.open(PATH, create=True).pwritev([written], 0)
    again = opened(other)
    found = await nodes_of(again)
    assert {path: it.data for path, it in found.items()} == {
        path: it.data for path, it in before.items()
    }
    assert written.count(b"\n") == 1
    paths = await again.commit([Create("/a/n_", None, is_sequential=True)])
    assert paths == ("/a/n_0000000003",), "every child that was there has counted"


async def test_a_journal_goes_on_where_it_ended() -> None:
    disk = MemoryDisk()
    await filled(disk)
    again = opened(disk)
    paths = await again.commit([Create("/a/n_", b"\xff\0", is_sequential=True)])
    assert paths == ("/a/n_0000000002",)
    before = await nodes_of(again)
    assert await nodes_of(opened(disk)) == before


async def test_ephemeral_nodes_end_with_the_process_even_after_a_crash() -> None:
    disk = MemoryDisk()
    store = await filled(disk)
    await store.commit([Create("/e", is_ephemeral=True)])
    again = opened(disk)
    assert "/e" not in await nodes_of(again)
    await again.commit([Create("/e", is_ephemeral=True)])
    third = opened(disk)
    assert "/e" not in await nodes_of(third)
    assert len({store.session, again.session, third.session}) == 3


async def test_closing_takes_ephemeral_nodes_along_and_tells() -> None:
    store = await filled(MemoryDisk())
    await store.commit([Create("/e", is_ephemeral=True)])
    told: list[Change] = []
    store.subscribe(told.extend)
    await store.close()
    assert [(change.path, change.after is None) for change in told] == [
        ("/e", True),
        ("/", False),
    ]


async def test_listeners_hear_of_a_commit_once_it_is_safe() -> None:
    disk = MemoryDisk()
    store = opened(disk)
    safe: list[bool] = []
    store.subscribe(lambda _: safe.append(b'"/a"' in read_file(disk.crash(), PATH)))
    await store.commit([Create("/a")])
    assert safe == [True]


@pytest.mark.parametrize("torn", [1, 9, 20])
async def test_a_torn_last_line_is_cut_off(torn: int) -> None:
    disk = MemoryDisk()
    store = await filled(disk)
    before = await nodes_of(store)
    whole = disk.size(PATH)
    await store.commit([Create("/lost")])
    disk.open(PATH).truncate(whole + torn)
    again = opened(disk)
    assert await nodes_of(again) == before
    await again.commit([Create("/kept")])
    assert set(await nodes_of(opened(disk))) == {*before, "/kept"}


async def test_a_damaged_line_ends_the_journal() -> None:
    disk = MemoryDisk()
    store = await filled(disk)
    before = await nodes_of(store)
    end = disk.size(PATH)
    await store.commit([Create("/lost")])
    disk.open(PATH).pwritev([b"x"], end + 12)
    assert await nodes_of(opened(disk)) == before


async def test_a_refused_commit_is_not_written() -> None:
    disk = MemoryDisk()
    store = await filled(disk)
    size = disk.size(PATH)
    with pytest.raises(CommitError, match="NODE_EXISTS: /a"):
        await store.commit([Create("/new"), Create("/a")])
    assert disk.size(PATH) == size
    with pytest.raises(CommitError, match="NO_NODE"):
        await store.node("/new")
    assert (await store.node("/a")).data == b"2"


async def test_a_disk_that_fails_stops_the_store() -> None:
    disk = MemoryDisk()
    store = await filled(disk)
    told: list[Change] = []
    store.subscribe(told.extend)
    disk.fail(errno.ENOSPC)
    with pytest.raises(OSError, match="No space"):
        await store.commit([Create("/x")])
    disk.heal()
    with pytest.raises(OSError, match="failed before"):
        await store.commit([Create("/y")])
    with pytest.raises(OSError, match="failed before"):
        await store.close()
    assert told == []


async def test_a_long_journal_is_compacted_when_it_is_opened(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    disk = MemoryDisk()
    store = await filled(disk)
    for number in range(20):
        await store.commit([SetData("/a", b"%d" % number)])
    await store.close()
    before, size = await nodes_of(store), disk.size(PATH)
    monkeypatch.setattr(journal_module, "COMPACT_LINES", 10)
    compacted = opened(disk)
    assert disk.size(PATH) < size / 2
    assert await nodes_of(compacted) == before
    await compacted.commit([Create("/more")])
    after = await nodes_of(compacted)
    assert await nodes_of(opened(disk.crash())) == after


@pytest.mark.parametrize(
    "junk", [b"hello\nworld\n", b"hello", b"\xff\0\xfe", b"0a ", b"\n"]
)
async def test_another_file_is_not_taken_for_a_journal(junk: bytes) -> None:
    disk = MemoryDisk()
    disk.make_dir("data")
    disk.open(PATH, create=True).pwritev([junk], 0)
    with pytest.raises(ValueError, match="data/journal is no journal"):
        opened(disk)
    assert read_file(disk, PATH) == junk


async def test_a_journal_whose_first_line_was_torn_begins_anew() -> None:
    disk = MemoryDisk()
    opened(disk)
    whole = disk.size(PATH)
    for size in range(whole):
        disk.open(PATH).truncate(size)
        assert set(await nodes_of(opened(disk))) == {"/"}
    for written in (b"\0" * whole, b"\0" * whole + b"more\n"):
        disk.open(PATH).pwritev([written], 0)
        assert set(await nodes_of(opened(disk))) == {"/"}


async def test_damage_in_front_of_sound_lines_is_refused_and_left_alone() -> None:
    disk = MemoryDisk()
    store = await filled(disk)
    end = disk.size(PATH)
    await store.commit([Create("/one")])
    await store.commit([Create("/two")])
    disk.open(PATH).pwritev([b"x"], end + 12)
    damaged = read_file(disk, PATH)
    with pytest.raises(ValueError, match=f"data/journal is damaged at byte {end}"):
        opened(disk)
    assert read_file(disk, PATH) == damaged


async def test_lines_behind_one_that_never_reached_the_disk_are_cut_off() -> None:
    disk = MemoryDisk()
    await (await filled(disk)).close()
    before = await nodes_of(opened(disk))  # its "open" is not synced, nor the next
    store = opened(disk)
    await store.commit([Create("/e", is_ephemeral=True)])
    crashed = disk.crash({len(disk.unsynced) - 1})
    assert b"\0" in read_file(crashed, PATH)
    assert set(await nodes_of(opened(crashed))) == set(before)


async def test_what_is_cut_off_is_told(caplog: pytest.LogCaptureFixture) -> None:
    disk = MemoryDisk()
    await filled(disk)
    whole = disk.size(PATH)
    disk.open(PATH).pwritev([b"junk"], whole)
    opened(disk)
    assert caplog.messages == [
        f"data/journal: a torn end, 4 bytes from {whole} on, is cut"
    ]


@pytest.mark.parametrize(
    ("entry", "text"),
    [
        (["dance"], "unknown line"),
        (["commit", 1, 0, [["dance", "/a"]]], "unknown operation"),
    ],
)
async def test_a_line_of_a_later_version_is_not_guessed_at(
    entry: journal_module.Entry, text: str
) -> None:
    disk = MemoryDisk()
    await filled(disk)
    line = journal_module._line(entry)
    disk.open(PATH).pwritev([line], disk.size(PATH))
    with pytest.raises(ValueError, match=f"data/journal, line.*{text}"):
        opened(disk)
