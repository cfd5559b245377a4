from __future__ import annotations

import pytest
from logion.log.files import Files
from logion.testing.disk import MemoryDisk


def test_a_file_is_opened_once() -> None:
    files = Files(MemoryDisk())
    assert files.open("a", create=True) is files.open("a")


def test_a_missing_file_is_not_made() -> None:
    files = Files(MemoryDisk())
    with pytest.raises(FileNotFoundError):
        files.open("a")
    assert files.size("a") == 0


def test_the_file_not_used_for_longest_is_closed_first() -> None:
    files = Files(MemoryDisk(), open_max=2)
    a, b = files.open("a", create=True), files.open("b", create=True)
    assert files.open("a") is a
    files.open("c", create=True)
    assert files.open("a") is a
    assert files.open("b") is not b


def test_a_forgotten_file_is_opened_anew() -> None:
    files = Files(MemoryDisk())
    first = files.open("a", create=True)
    files.forget("a")
    files.forget("a")
    assert files.open("a") is not first
