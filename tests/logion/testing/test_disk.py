from __future__ import annotations

import errno

import pytest
from logion.disk import read_file, replace_file, write_file
from logion.testing.clock import FakeClock
from logion.testing.disk import MemoryDisk


@pytest.fixture
def disk() -> MemoryDisk:
    """A disk with a durable folder `d`."""
    disk = MemoryDisk()
    disk.make_dir("d")
    disk.sync_dir(".")
    return disk


def test_a_crash_loses_what_was_not_synced(disk: MemoryDisk) -> None:
    file = disk.open("d/a", create=True)
    file.pwritev((b"abc",), 0)
    file.sync()
    disk.sync_dir("d")
    file.pwritev((b"def",), 3)
    assert read_file(disk.crash(), "d/a") == b"abc"
    assert read_file(disk, "d/a") == b"abcdef"


def test_a_crash_keeps_the_unsynced_writes_it_is_told_to(disk: MemoryDisk) -> None:
    file = disk.open("d/a", create=True)
    disk.sync_dir("d")
    file.pwritev((b"ab",), 0)
    file.pwritev((b"cd",), 2)
    file.truncate(3)
    assert read_file(disk.crash((0,)), "d/a") == b"ab"
    assert read_file(disk.crash((1,)), "d/a") == b"\0\0cd"
    assert read_file(disk.crash((0, 1, 2)), "d/a") == b"abc"


def test_a_crash_can_tear_the_last_write(disk: MemoryDisk) -> None:
    file = disk.open("d/a", create=True)
    disk.sync_dir("d")
    file.pwritev((b"abcd",), 0)
    assert read_file(disk.crash((0,), torn=3), "d/a") == b"abc"


def test_a_new_name_is_lost_without_a_synced_folder(disk: MemoryDisk) -> None:
    file = disk.open("d/a", create=True)
    file.pwritev((b"abc",), 0)
    file.sync()
    assert disk.crash().listdir("d") == []
    disk.sync_dir("d")
    assert disk.crash().listdir("d") == ["a"]


def test_an_unsynced_removal_or_renaming_is_undone(disk: MemoryDisk) -> None:
    replace_file(disk, "d/a", b"1")
    replace_file(disk, "d/b", b"2")
    disk.remove("d/a")
    disk.rename("d/b", "d/c")
    assert sorted(disk.crash().listdir("d")) == ["a", "b"]
    assert sorted(disk.crash((0, 1)).listdir("d")) == ["c"]


def test_a_replaced_file_is_old_or_new_after_any_crash(disk: MemoryDisk) -> None:
    replace_file(disk, "d/a", b"old")
    write_file(disk, "d/a", b"new")
    for count in range(len(disk.unsynced) + 1):
        assert read_file(disk.crash(range(count)), "d/a") in (b"old", b"new")
    replace_file(disk, "d/a", b"newest")
    assert read_file(disk.crash(), "d/a") == b"newest"


def test_a_file_is_gone_with_its_folder(disk: MemoryDisk) -> None:
    disk.make_dir("d/e")
    replace_file(disk, "d/e/a", b"1")
    assert not disk.crash().exists("d/e/a")


def test_the_disk_before_a_crash_does_not_see_the_one_after(disk: MemoryDisk) -> None:
    replace_file(disk, "d/a", b"1")
    after = disk.crash()
    replace_file(after, "d/a", b"2")
    assert read_file(disk, "d/a") == b"1"
    assert after.unsynced == []


def test_an_operation_fails_when_it_is_due(disk: MemoryDisk) -> None:
    file = disk.open("d/a", create=True)
    disk.fail(errno.ENOSPC, after=1, count=2)
    file.pwritev((b"ab",), 0)
    for _ in range(2):
        with pytest.raises(OSError, match="No space left"):
            file.pwritev((b"cdef",), 2)
    file.truncate(2)
    assert file.pread(10, 0) == b"ab"


def test_a_failed_write_leaves_half_of_its_bytes(disk: MemoryDisk) -> None:
    file = disk.open("d/a", create=True)
    disk.fail()
    with pytest.raises(OSError, match="Input/output error"):
        file.pwritev((b"abcd",), 0)
    assert file.pread(10, 0) == b"ab"


def test_a_healed_disk_works(disk: MemoryDisk) -> None:
    disk.fail(count=1000)
    disk.heal()
    disk.open("d/a", create=True).sync()


def test_files_have_the_time_of_the_clock() -> None:
    clock = FakeClock(5000)
    disk = MemoryDisk(clock)
    file = disk.open("a", create=True)
    clock.advance(10)
    file.pwritev((b"1",), 0)
    assert disk.modified_ms("a") == 5010


def test_what_is_not_there_is_not_found(disk: MemoryDisk) -> None:
    for use in (disk.size, disk.listdir, disk.remove, disk.remove_tree):
        with pytest.raises(FileNotFoundError):
            use("d/a")
    with pytest.raises(FileNotFoundError):
        disk.rename("d/a", "d/b")
    with pytest.raises(FileNotFoundError):
        disk.open("x/a", create=True)
