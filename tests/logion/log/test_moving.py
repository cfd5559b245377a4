"""Logs that move to another directory: what is found when the process dies."""

from __future__ import annotations

from logion.log.manager import BrokerIdentity, LogManager
from logion.log.settings import LogSettings
from logion.names import TopicPartition
from logion.testing.clock import FakeClock
from logion.testing.disk import MemoryDisk

from tests.logion.log.building import SMALL, append, values_of

NAME = TopicPartition("t", 0)


def opened(
    disk: MemoryDisk, clock: FakeClock, settings: LogSettings = SMALL
) -> LogManager:
    """Return the logs in two directories."""
    manager = LogManager(disk, clock, settings_of=lambda _: settings)
    manager.open(("one", "two"), BrokerIdentity(0))
    return manager


def killed(disk: MemoryDisk) -> MemoryDisk:
    """Return the disk after the process alone was killed."""
    return disk.crash(range(len(disk.unsynced)))


def test_a_move_that_a_kill_ends_is_forgotten() -> None:
    clock = FakeClock()
    disk = MemoryDisk(clock)
    logs = opened(disk, clock)
    append(logs.create(NAME), b"a")
    logs.begin_move(NAME, logs.directories[1])
    assert logs.copy_some(NAME, 10**6)
    after = killed(disk)
    again = opened(after, clock)
    assert values_of(again.logs[NAME]) == [b"a"]
    assert again.logs[NAME].directory.path == "one"
    assert again.strangers == []
    assert not [it for it in after.listdir("two") if it.startswith("t-0")]


def test_one_of_two_is_left_if_a_kill_came_at_the_end_of_a_move() -> None:
    clock = FakeClock()
    disk = MemoryDisk(clock)
    logs = opened(disk, clock)
    append(logs.create(NAME), b"a")
    logs.begin_move(NAME, logs.directories[1])
    logs.copy_some(NAME, 10**6)
    future = logs.futures[NAME]
    future.flush()
    disk.rename(future.path, "two/t-0")
    after = killed(disk)
    again = opened(after, clock)
    assert values_of(again.logs[NAME]) == [b"a"]
    found = [path for path in ("one", "two") if "t-0" in after.listdir(path)]
    assert found == [again.logs[NAME].directory.path]


def test_a_log_whose_start_moved_on_is_copied_from_there() -> None:
    clock = FakeClock()
    disk = MemoryDisk(clock)
    logs = opened(disk, clock)
    log = logs.create(NAME)
    for _ in range(3):
        append(log, b"a")
    logs.begin_move(NAME, logs.directories[1])
    log.delete_before(2)
    assert logs.copy_some(NAME, 10**6)
    moved = logs.finish_move(NAME)
    assert (moved.start_offset, moved.end_offset) == (2, 3)
    assert moved.directory.path == "two"
