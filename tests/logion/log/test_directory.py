from __future__ import annotations

import pytest
from logion.disk import read_file, write_file
from logion.log.directory import LogDirectory
from logion.protocol.errors import ApiError, Error
from logion.testing.clock import FakeClock
from logion.testing.disk import MemoryDisk


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def directory(clock: FakeClock) -> LogDirectory:
    disk = MemoryDisk(clock)
    disk.make_dir("data")
    return LogDirectory(disk, "data", clock)


def test_a_working_directory_passes(directory: LogDirectory) -> None:
    directory.check()
    assert directory.failure is None


def test_after_the_first_failure_everything_is_refused(directory: LogDirectory) -> None:
    first = OSError("first")
    assert directory.fail(first).error is Error.KAFKA_STORAGE_ERROR
    directory.fail(OSError("second"))
    assert directory.failure is first
    with pytest.raises(ApiError, match="data is offline: first"):
        directory.check()


def test_a_file_that_says_the_same_is_not_written_again(
    directory: LogDirectory,
) -> None:
    directory.write("f", b"1")
    write_file(directory.disk, "data/f", b"touched")
    directory.write("f", b"1")
    assert read_file(directory.disk, "data/f") == b"touched"
    directory.write("f", b"2")
    assert read_file(directory.disk, "data/f") == b"2"


def test_a_file_whose_write_failed_is_written_again(directory: LogDirectory) -> None:
    assert isinstance(directory.disk, MemoryDisk)
    directory.write("f", b"1")
    directory.disk.fail()
    with pytest.raises(OSError, match="Input/output error"):
        directory.write("f", b"2")
    directory.disk.heal()
    write_file(directory.disk, "data/f", b"who knows")
    directory.write("f", b"1")
    assert read_file(directory.disk, "data/f") == b"1"


def test_what_is_discarded_goes_in_time(
    directory: LogDirectory, clock: FakeClock
) -> None:
    write_file(directory.disk, "data/late", b"1")
    write_file(directory.disk, "data/soon", b"1")
    directory.disk.make_dir("data/folder")
    write_file(directory.disk, "data/folder/file", b"1")
    directory.discard("data/late", 20)
    directory.discard("data/soon", 10)
    directory.discard("data/folder", 10)
    directory.discard("data/never-there", 0)
    assert directory.empty_trash() == 1
    clock.advance(10)
    assert directory.empty_trash() == 2
    assert directory.disk.listdir("data") == ["late"]
    clock.advance(10)
    assert directory.empty_trash() == 1
    assert directory.disk.listdir("data") == []


def test_the_first_failure_alone_is_logged(
    directory: LogDirectory, caplog: pytest.LogCaptureFixture
) -> None:
    told: list[str] = []
    directory.on_failed = lambda: told.append(directory.path)
    directory.fail(OSError(28, "No space left on device"))
    directory.fail(OSError(5, "Input/output error"))
    (record,) = caplog.records
    assert record.levelname == "ERROR"
    assert record.getMessage() == (
        f"log directory {directory.path} goes offline: "
        "[Errno 28] No space left on device"
    )
    assert told == [directory.path]
