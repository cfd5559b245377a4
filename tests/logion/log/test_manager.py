from __future__ import annotations

import pytest
from logion.disk import read_file, write_file
from logion.log.checkpoints import parse_offsets
from logion.log.folders import partition_of
from logion.log.manager import (
    BrokerIdentity,
    DirectoryRefused,
    LogManager,
    identity_in,
)
from logion.log.settings import LogSettings
from logion.names import ZERO_UUID, TopicPartition, Uuid
from logion.properties import parse_properties
from logion.protocol.errors import ApiError, Error
from logion.testing.clock import FakeClock
from logion.testing.disk import MemoryDisk

from tests.logion.log.building import NAME, SMALL, append, values_of

ME = BrokerIdentity(0)
TOPIC_ID = Uuid(bytes(range(16)))


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def disk(clock: FakeClock) -> MemoryDisk:
    return MemoryDisk(clock)


def opened(
    disk: MemoryDisk, clock: FakeClock, *paths: str, settings: LogSettings = SMALL
) -> LogManager:
    manager = LogManager(disk, clock, settings_of=lambda _: settings)
    manager.open(paths or ("data",), ME)
    return manager


def crashed(disk: MemoryDisk) -> MemoryDisk:
    """Return the disk after the process alone was killed."""
    return disk.crash(range(len(disk.unsynced)))


def offsets(disk: MemoryDisk, name: str) -> dict[TopicPartition, int]:
    return parse_offsets(read_file(disk, f"data/{name}-offset-checkpoint"))


@pytest.mark.parametrize(
    ("identity", "expected"),
    [
        (BrokerIdentity(3), {"version": "0", "broker.id": "3"}),
        (
            BrokerIdentity(3, "abc"),
            {"version": "0", "broker.id": "3", "cluster.id": "abc"},
        ),
        (
            BrokerIdentity(3, "abc", is_node=True),
            {"version": "1", "node.id": "3", "cluster.id": "abc"},
        ),
    ],
)
def test_a_fresh_directory_becomes_this_brokers(
    disk: MemoryDisk,
    clock: FakeClock,
    identity: BrokerIdentity,
    expected: dict[str, str],
) -> None:
    manager = LogManager(disk, clock)
    manager.open(["data"], BrokerIdentity(3))
    assert not disk.exists("data/meta.properties")
    manager.sign(identity)
    text = read_file(disk, "data/meta.properties").decode()
    assert parse_properties(text) == expected
    manager.sign(BrokerIdentity(3, "other"))
    assert read_file(disk, "data/meta.properties").decode() == text
    manager.close()
    LogManager(disk, clock).open(["data"], BrokerIdentity(3, "abc"))


def test_a_directory_that_cannot_be_signed_has_failed(
    disk: MemoryDisk, clock: FakeClock
) -> None:
    manager = opened(disk, clock, "data", "other")
    disk.fail()
    manager.sign(ME)
    assert [it.failure is None for it in manager.directories] == [False, True]


def test_a_directory_says_whose_it_is(disk: MemoryDisk) -> None:
    disk.make_dir("data")
    assert identity_in(disk, "data") is None
    for text, expected in (
        (b"version=0\nbroker.id=3\n", BrokerIdentity(3)),
        (b"version=1\nnode.id=4\ncluster.id=abc\n", BrokerIdentity(4, "abc")),
        (b"version=0\n", None),
    ):
        write_file(disk, "data/meta.properties", text)
        assert identity_in(disk, "data") == expected


def test_a_directory_of_another_broker_is_refused(
    disk: MemoryDisk, clock: FakeClock
) -> None:
    manager = opened(disk, clock)
    manager.sign(ME)
    manager.close()
    with pytest.raises(DirectoryRefused, match=r"broker\.id=0, this broker has 1"):
        LogManager(disk, clock).open(["data"], BrokerIdentity(1))


def test_a_directory_in_use_is_refused(disk: MemoryDisk, clock: FakeClock) -> None:
    opened(disk, clock)
    with pytest.raises(DirectoryRefused, match="locked"):
        opened(disk, clock)


def test_logs_are_there_after_a_clean_stop(disk: MemoryDisk, clock: FakeClock) -> None:
    manager = opened(disk, clock)
    log = manager.create(NAME, TOPIC_ID)
    append(log, b"a")
    log.delete_before(1)
    append(log, b"b")
    manager.high_watermarks[NAME] = 2
    manager.close()
    assert disk.exists("data/.kafka_cleanshutdown")
    again = opened(disk, clock)
    assert not disk.exists("data/.kafka_cleanshutdown")
    assert values_of(again.logs[NAME]) == [b"b"]
    assert again.topic_id(NAME) == TOPIC_ID
    assert again.high_watermarks == {NAME: 2}
    assert again.logs[NAME].start_offset == 1


def test_directories_let_go_of_are_as_after_a_kill(
    disk: MemoryDisk, clock: FakeClock
) -> None:
    manager = opened(disk, clock)
    append(manager.create(NAME), b"a")
    before = len(disk.unsynced)
    manager.abandon()
    manager.close()
    assert len(disk.unsynced) == before
    again = opened(crashed(disk), clock)
    assert values_of(again.logs[NAME]) == [b"a"]


def test_logs_are_recovered_after_a_kill(disk: MemoryDisk, clock: FakeClock) -> None:
    log = opened(disk, clock).create(NAME)
    for number in range(30):
        append(log, b"%d" % number)
    log.segments[-1].file.pwritev((b"torn",), log.segments[-1].size)
    again = opened(crashed(disk), clock)
    assert values_of(again.logs[NAME]) == [b"%d" % n for n in range(30)]


def test_what_was_flushed_survives_any_crash(
    disk: MemoryDisk, clock: FakeClock
) -> None:
    manager = opened(disk, clock)
    log = manager.create(NAME, TOPIC_ID)
    for number in range(30):
        append(log, b"%d" % number)
    assert manager.unflushed() == [log]
    log.flush()
    manager.write_checkpoints()
    assert offsets(disk, "recovery-point") == {NAME: 30}
    append(log, b"maybe")
    again = opened(disk.crash(), clock)
    assert values_of(again.logs[NAME]) == [b"%d" % n for n in range(30)]
    assert again.topic_id(NAME) == TOPIC_ID


def test_only_logs_that_wait_are_flushed(disk: MemoryDisk, clock: FakeClock) -> None:
    manager = opened(disk, clock)
    log = manager.create(NAME)
    append(log, b"a")
    assert manager.unflushed() == []
    assert log.recovery_point == 0


def test_a_cut_below_the_recovery_point_is_written_down(
    disk: MemoryDisk, clock: FakeClock
) -> None:
    log = opened(disk, clock).create(NAME)
    for _ in range(5):
        append(log, b"a")
    log.flush()
    log.truncate_to(2)
    assert offsets(disk, "recovery-point") == {NAME: 2}


def test_a_new_log_goes_where_the_fewest_are(
    disk: MemoryDisk, clock: FakeClock
) -> None:
    manager = opened(disk, clock, "one", "two")
    for number in range(4):
        manager.create(TopicPartition("t", number))
    for directory in ("one", "two"):
        assert sum(n.startswith("t-") for n in disk.listdir(directory)) == 2


def test_creating_twice_gives_the_same_log(disk: MemoryDisk, clock: FakeClock) -> None:
    manager = opened(disk, clock)
    assert manager.create(NAME) is manager.create(NAME)
    assert manager.topic_id(NAME) == ZERO_UUID


def test_a_deleted_log_is_renamed_and_removed_later(
    disk: MemoryDisk, clock: FakeClock
) -> None:
    manager = opened(disk, clock)
    append(manager.create(NAME), b"old")
    manager.delete(NAME)
    (gone,) = (name for name in disk.listdir("data") if name.endswith("-delete"))
    assert gone.startswith("t-0.")
    assert len(gone) == len("t-0.") + 32 + len("-delete")
    assert values_of(manager.create(NAME)) == []
    clock.advance(SMALL.file_delete_delay_ms)
    manager.apply_retention()
    assert not disk.exists(f"data/{gone}")
    assert disk.exists("data/t-0")


def test_a_log_deleted_before_a_stop_is_removed_at_the_start(
    disk: MemoryDisk, clock: FakeClock
) -> None:
    manager = opened(disk, clock)
    manager.create(NAME)
    manager.delete(NAME)
    manager.close()
    assert opened(disk, clock).logs == {}
    assert not [name for name in disk.listdir("data") if name.endswith("-delete")]


def test_logs_deleted_at_the_same_moment_have_different_names(
    disk: MemoryDisk, clock: FakeClock
) -> None:
    manager = opened(disk, clock)
    for _ in range(3):
        append(manager.create(NAME), b"a")
        manager.delete(NAME)
    assert sum(name.endswith("-delete") for name in disk.listdir("data")) == 3


def test_a_directory_that_fails_at_the_start_leaves_the_others(
    disk: MemoryDisk, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    manager = opened(disk, clock, "one", "two")
    for number in range(2):
        append(manager.create(TopicPartition("t", number)), b"a")
    manager.close()
    failed = []
    for after in range(60):
        copy = crashed(disk)
        copy.fail(after=after)
        again = LogManager(copy, clock, settings_of=lambda _: SMALL)
        again.open(["one", "two"], ME)
        failed += [it.path for it in again.directories if it.failure]
        assert len(again.logs) >= 1
        again.close()
    assert {"one", "two"} <= set(failed)
    assert {it.levelname for it in caplog.records} == {"ERROR"}


def test_without_any_directory_a_broker_does_not_start(clock: FakeClock) -> None:
    disk = MemoryDisk(clock)
    disk.fail(count=1000)
    with pytest.raises(DirectoryRefused, match="none of"):
        opened(disk, clock)


def test_a_long_name_is_cut_when_its_log_is_deleted(
    disk: MemoryDisk, clock: FakeClock
) -> None:
    manager = opened(disk, clock)
    name = TopicPartition("x" * 249, 0)
    manager.create(name)
    manager.delete(name)
    assert all(len(entry) <= 255 for entry in disk.listdir("data"))


def test_old_records_are_deleted_once_committed(
    disk: MemoryDisk, clock: FakeClock
) -> None:
    manager = opened(disk, clock)
    log = manager.create(NAME)
    for _ in range(30):
        append(log, b"a")
    clock.advance(SMALL.retention_ms + 1)
    manager.high_watermarks[NAME] = log.segments[1].base_offset
    assert manager.apply_retention() == 1
    manager.high_watermarks[NAME] = 30
    assert manager.apply_retention() > 1
    assert log.start_offset == 30


def test_new_settings_reach_open_logs(disk: MemoryDisk, clock: FakeClock) -> None:
    settings = {"t": SMALL}
    manager = LogManager(disk, clock, settings_of=lambda topic: settings[topic])
    manager.open(["data"], ME)
    log = manager.create(NAME)
    settings["t"] = LogSettings(retention_ms=5)
    manager.reconfigure("other")
    assert log.settings == SMALL
    manager.reconfigure("t")
    assert log.settings.retention_ms == 5


def test_a_failed_directory_is_left_out_and_not_marked_clean(
    disk: MemoryDisk, clock: FakeClock
) -> None:
    manager = opened(disk, clock, "one", "two")
    log = manager.create(NAME)
    manager.create(TopicPartition("t", 1))
    disk.fail()
    with pytest.raises(ApiError):
        append(log, b"a")
    disk.heal()
    assert manager.create(TopicPartition("t", 2)).directory.path == "two"
    manager.write_checkpoints()
    assert manager.unflushed() == []
    manager.apply_retention()
    manager.close()
    assert not disk.exists("one/.kafka_cleanshutdown")
    assert disk.exists("two/.kafka_cleanshutdown")


def test_a_failure_while_closing_leaves_no_clean_mark(clock: FakeClock) -> None:
    for after in range(200):
        disk = MemoryDisk(clock)
        manager = opened(disk, clock)
        append(manager.create(NAME), b"a")
        append(manager.create(TopicPartition("t", 1)), b"a")
        disk.fail(after=after)
        manager.close()
        is_marked = disk.crash().exists("data/.kafka_cleanshutdown")
        if manager.directories[0].failure is None:
            assert is_marked
            return
        assert not is_marked
    raise AssertionError("no stop was long enough")


def test_without_a_working_directory_nothing_is_created(
    disk: MemoryDisk, clock: FakeClock
) -> None:
    manager = opened(disk, clock)
    disk.fail()
    for _ in range(2):
        with pytest.raises(ApiError) as raised:
            manager.create(NAME)
        assert raised.value.error is Error.KAFKA_STORAGE_ERROR


def test_malformed_checkpoints_are_passed_over(
    disk: MemoryDisk, clock: FakeClock
) -> None:
    manager = opened(disk, clock)
    append(manager.create(NAME, TOPIC_ID), b"a")
    manager.close()
    for name in ("recovery-point", "replication", "log-start"):
        write_file(disk, f"data/{name}-offset-checkpoint", b"7\nnonsense")
    write_file(disk, "data/t-0/partition.metadata", b"nonsense")
    again = opened(disk, clock)
    assert values_of(again.logs[NAME]) == [b"a"]
    assert again.topic_id(NAME) == ZERO_UUID


def test_a_high_watermark_is_not_above_what_a_recovery_left(
    disk: MemoryDisk, clock: FakeClock
) -> None:
    manager = opened(disk, clock)
    log = manager.create(NAME)
    for _ in range(3):
        append(log, b"v")
    manager.high_watermarks[NAME] = 3
    manager.write_checkpoints()
    log.segments[-1].file.truncate(log.segments[-1].size - 1)
    again = opened(crashed(disk), clock)
    assert again.logs[NAME].end_offset == 2
    assert again.high_watermarks[NAME] == 2


def test_when_the_last_directory_fails_it_is_said_so(
    disk: MemoryDisk, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    manager = opened(disk, clock, "a", "b")
    first, second = manager.directories
    first.fail(OSError(5, "broken"))
    assert manager.has_directory
    assert manager.has_failed_directory
    assert [it.levelname for it in caplog.records] == ["ERROR"]
    second.fail(OSError(5, "broken"))
    assert not manager.has_directory
    assert caplog.records[-1].levelname == "CRITICAL"
    assert "every log directory is offline" in caplog.messages[-1]


@pytest.mark.parametrize("junk", [b"", b"\xff\xfe\x00", b"version: 9\n"])
def test_a_damaged_topic_id_is_passed_over_with_a_word(
    junk: bytes, disk: MemoryDisk, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    opened(disk, clock).create(NAME, TOPIC_ID)
    write_file(disk, "data/t-0/partition.metadata", junk)
    again = opened(crashed(disk), clock)
    assert again.topic_id(NAME) == ZERO_UUID
    assert "data/t-0/partition.metadata is passed over" in caplog.text


@pytest.mark.parametrize(
    ("junk", "text"),
    [
        (b"\xff\xfe\x00", "damaged"),
        (b"hello", "version None where 0 or 1 was expected"),
        (b"version=0\nbroker.id=five\n", "five"),
    ],
)
def test_a_damaged_identity_is_refused_by_the_name_of_its_file(
    junk: bytes, text: str, disk: MemoryDisk, clock: FakeClock
) -> None:
    disk.make_dir("data")
    write_file(disk, "data/meta.properties", junk)
    with pytest.raises(DirectoryRefused, match=rf"data/meta\.properties.*{text}"):
        opened(disk, clock)
    with pytest.raises(DirectoryRefused, match=rf"data/meta\.properties.*{text}"):
        identity_in(disk, "data")


def test_folders_that_are_no_partitions_are_left_alone(
    disk: MemoryDisk, clock: FakeClock
) -> None:
    for name in ("lost+found", "__cluster_metadata-0", "t-0.abc-stray", "-1", "t-x"):
        disk.make_dir(f"data/{name}")
    write_file(disk, "data/t-5", b"a file")
    manager = opened(disk, clock)
    assert manager.logs == {}
    assert len(manager.strangers) == 5


def test_a_folder_is_split_at_its_last_dash() -> None:
    assert partition_of("a-1-0") == TopicPartition("a-1", 0)
    assert partition_of("a") is None
    assert partition_of("a-") is None
    assert partition_of("a-1.0123-delete") is None
