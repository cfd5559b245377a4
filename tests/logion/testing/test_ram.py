from __future__ import annotations

import pytest
from logion.testing.clock import FakeClock
from logion.testing.ram import SPACE, RamDisk


@pytest.fixture
def disk() -> RamDisk:
    return RamDisk(FakeClock(1000))


def test_files_are_dated_by_the_clock_or_as_one_says(disk: RamDisk) -> None:
    disk.open("a", create=True).pwritev([b"x"], 0)
    assert disk.modified_ms("a") == 1000
    disk.set_modified_ms("a", 7)
    assert disk.modified_ms("a") == 7


def test_there_is_room(disk: RamDisk) -> None:
    assert disk.space("") == (SPACE, SPACE)


def test_what_is_not_there_is_missing(disk: RamDisk) -> None:
    for look in (disk.listdir, disk.size, disk.remove, disk.remove_tree):
        with pytest.raises(FileNotFoundError, match="nosuch"):
            look("nosuch")


def test_a_folder_goes_with_all_in_it(disk: RamDisk) -> None:
    disk.make_dir("a/b")
    disk.open("a/b/c", create=True)
    disk.remove_tree("a")
    assert not disk.exists("a/b/c")
    assert disk.listdir("") == []


def test_a_file_that_is_removed_can_be_read_by_who_has_it(disk: RamDisk) -> None:
    file = disk.open("a", create=True)
    file.pwritev([b"xyz"], 2)
    disk.remove("a")
    assert file.pread(9, 0) == b"\0\0xyz"
    assert disk.open("a", create=True).size() == 0


def test_a_lock_holds_until_it_is_let_go(disk: RamDisk) -> None:
    lock = disk.lock("a")
    with pytest.raises(BlockingIOError, match="locked by another"):
        disk.lock("a")
    lock.release()
    disk.lock("a").release()
