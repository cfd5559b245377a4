from __future__ import annotations

import os
from pathlib import Path

import pytest
from logion.disk import (
    BUFFERS_MAX,
    Disk,
    FileSlice,
    SystemDisk,
    SystemFile,
    read_file,
    replace_file,
    write_file,
)
from logion.testing.clock import FakeClock
from logion.testing.disk import MemoryDisk
from logion.testing.ram import RamDisk


@pytest.fixture(params=["system", "memory", "ram"])
def disk(request: pytest.FixtureRequest) -> Disk:
    if request.param == "ram":
        return RamDisk(FakeClock())
    return SystemDisk() if request.param == "system" else MemoryDisk()


@pytest.fixture
def folder(disk: Disk, tmp_path: Path) -> str:
    disk.make_dir(str(tmp_path))
    return str(tmp_path)


def test_buffers_are_written_one_after_the_other(disk: Disk, folder: str) -> None:
    file = disk.open(f"{folder}/a", create=True)
    file.pwritev((b"ab", bytearray(b"cd"), memoryview(b"ef")), 2)
    assert file.pread(100, 0) == b"\0\0abcdef"
    assert file.size() == disk.size(f"{folder}/a") == 8


def test_what_is_on_its_way_to_the_disk_can_be_read(disk: Disk, folder: str) -> None:
    file = disk.open(f"{folder}/a", create=True)
    file.pwritev((b"x" * 9000,), 0)
    file.begin_sync(0, 9000)
    assert file.pread(9001, 0) == b"x" * 9000
    file.sync()


def test_more_buffers_than_a_call_takes_are_written_too(
    disk: Disk, folder: str
) -> None:
    file = disk.open(f"{folder}/a", create=True)
    file.pwritev([b"x"] * (BUFFERS_MAX + 1), 0)
    assert file.size() == BUFFERS_MAX + 1


def test_reading_past_the_end_gives_what_there_is(disk: Disk, folder: str) -> None:
    file = disk.open(f"{folder}/a", create=True)
    file.pwritev((b"abc",), 0)
    assert file.pread(10, 1) == b"bc"
    assert file.pread(10, 3) == b""


def test_a_file_is_cut_and_lengthened(disk: Disk, folder: str) -> None:
    file = disk.open(f"{folder}/a", create=True)
    file.pwritev((b"abc",), 0)
    file.truncate(1)
    file.truncate(3)
    file.sync()
    assert file.pread(10, 0) == b"a\0\0"


def test_a_missing_file_is_not_made_by_opening(disk: Disk, folder: str) -> None:
    with pytest.raises(FileNotFoundError):
        disk.open(f"{folder}/a")
    assert not disk.exists(f"{folder}/a")


def test_a_renamed_file_replaces_the_one_that_is_there(disk: Disk, folder: str) -> None:
    write_file(disk, f"{folder}/a", b"new")
    write_file(disk, f"{folder}/b", b"old")
    disk.rename(f"{folder}/a", f"{folder}/b")
    assert disk.listdir(folder) == ["b"]
    assert read_file(disk, f"{folder}/b") == b"new"


def test_a_folder_is_renamed_with_all_in_it(disk: Disk, folder: str) -> None:
    disk.make_dir(f"{folder}/a/b")
    write_file(disk, f"{folder}/a/b/c", b"1")
    disk.rename(f"{folder}/a", f"{folder}/d")
    assert read_file(disk, f"{folder}/d/b/c") == b"1"
    assert disk.is_dir(f"{folder}/d")
    assert not disk.exists(f"{folder}/a")


def test_a_tree_is_removed_whole(disk: Disk, folder: str) -> None:
    disk.make_dir(f"{folder}/a/b")
    write_file(disk, f"{folder}/a/b/c", b"1")
    disk.remove_tree(f"{folder}/a")
    assert disk.listdir(folder) == []


def test_a_removed_file_stays_readable_for_who_has_it(disk: Disk, folder: str) -> None:
    write_file(disk, f"{folder}/a", b"abc")
    part = FileSlice(disk.open(f"{folder}/a"), 1, 2)
    disk.remove(f"{folder}/a")
    assert part.read() == b"bc"
    assert len(part) == 2


def test_a_replaced_file_leaves_no_trace_of_the_old_one(
    disk: Disk, folder: str
) -> None:
    replace_file(disk, f"{folder}/a", b"a long text")
    replace_file(disk, f"{folder}/a", b"short")
    assert read_file(disk, f"{folder}/a") == b"short"
    assert disk.listdir(folder) == ["a"]


def test_a_lock_excludes_the_same_process_until_released(
    disk: Disk, folder: str
) -> None:
    lock = disk.lock(f"{folder}/.lock")
    with pytest.raises(BlockingIOError):
        disk.lock(f"{folder}/.lock")
    lock.release()
    disk.lock(f"{folder}/.lock").release()


def test_a_file_knows_when_it_was_written(disk: Disk, folder: str) -> None:
    write_file(disk, f"{folder}/a", b"abc")
    assert disk.modified_ms(f"{folder}/a") > 1_700_000_000_000


def test_a_system_file_is_closed_with_its_last_reference(tmp_path: Path) -> None:
    file = SystemDisk().open(str(tmp_path / "a"), create=True)
    descriptor = file.fileno()
    part = FileSlice(file, 0, 0)
    del file
    os.fstat(descriptor)
    assert part.fileno() == descriptor
    del part
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(descriptor)


def test_a_write_that_takes_only_a_part_is_continued(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.pwritev
    monkeypatch.setattr(
        os, "pwritev", lambda fd, buffers, at: real(fd, [bytes(buffers[0])[:2]], at)
    )
    file = SystemFile(os.open(tmp_path / "a", os.O_RDWR | os.O_CREAT))
    file.pwritev((b"abcd", b"ef"), 0)
    assert file.pread(10, 0) == b"abcdef"


def test_a_read_that_gives_only_a_part_is_continued(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a").write_bytes(b"abcdef")
    file = SystemDisk().open(str(tmp_path / "a"))
    real = os.pread
    monkeypatch.setattr(os, "pread", lambda fd, size, at: real(fd, min(size, 2), at))
    assert file.pread(5, 0) == b"abcde"


def test_a_slice_shows_its_range() -> None:
    disk = MemoryDisk()
    assert repr(FileSlice(disk.open("a", create=True), 3, 4)) == "FileSlice(3..7)"
    assert FileSlice(disk.open("a"), 3, 4).fileno() is None
