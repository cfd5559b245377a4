"""Folders that Apache Kafka wrote are opened, recovered and gone on with."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from logion.clock import SystemClock
from logion.disk import SystemDisk
from logion.log.manager import BrokerIdentity, LogManager
from logion.log.settings import LogSettings
from logion.names import TopicPartition

from tests.logion.log.building import append, records_of
from tests.shared import needs_shared, shared

ME = BrokerIdentity(0)
RELEASES = ("0.10.0.1", "0.11.0.3", "2.8.2", "3.9.1", "3.9.1-kraft")


@needs_shared
@pytest.mark.parametrize("release", RELEASES)
@pytest.mark.parametrize("is_clean", [True, False])
def test_every_record_of_a_real_folder_is_there(
    release: str, is_clean: bool, tmp_path: Path
) -> None:
    manager = _adopted(release, tmp_path, is_clean=is_clean)
    counts = {
        log.name.topic: len(records_of(log, size_max=10**6))
        for log in manager.logs.values()
    }
    has_transactions = not release.startswith("0.10")
    assert counts["plain"] == (4 if has_transactions else 3)
    assert (counts["gz"], counts["l4"], counts["rolled"]) == (3, 3, 30)
    assert counts.get("txn", 8) == 8
    assert manager.logs[TopicPartition("compacted", 0)].end_offset == 40
    if has_transactions:
        aborted = manager.logs[TopicPartition("txn", 0)].aborted(0, 8)
        assert [entry[1:] for entry in aborted] == [(3, 5, 6)]
    manager.close()


@needs_shared
def test_a_gap_in_an_adopted_folder_is_compactions(tmp_path: Path) -> None:
    shutil.copytree(_raw("2.8.2"), tmp_path, dirs_exist_ok=True)
    (tmp_path / ".kafka_cleanshutdown").unlink(missing_ok=True)
    (tmp_path / "recovery-point-offset-checkpoint").write_text("0\n0\n")
    folder = tmp_path / "compacted-0"
    gone = list(folder.glob("*36.*"))
    assert gone
    for file in gone:
        file.unlink()
    stored = (folder / f"{39:020d}.log").read_bytes()
    manager = LogManager(SystemDisk(), SystemClock())
    manager.open([str(tmp_path)], ME)
    found = records_of(manager.logs[TopicPartition("compacted", 0)])
    assert found[-1].offset == 39
    assert not any(36 <= record.offset < 39 for record in found)
    manager.close()
    assert (folder / f"{39:020d}.log").read_bytes() == stored


@needs_shared
@pytest.mark.parametrize("release", RELEASES)
def test_recovery_makes_the_same_files_as_kafka(release: str, tmp_path: Path) -> None:
    # A marker counted as the producer's last offset in 0.11, and in no release since.
    different = {"txn-0/00000000000000000008.snapshot"} if "0.11" in release else set()
    manager = _adopted(release, tmp_path, is_clean=False)
    manager.close()
    raw, compared = _raw(release), 0
    for file in raw.rglob("0*"):
        name = str(file.relative_to(raw))
        # Compaction leaves snapshots without a segment: they go at the next start.
        is_stray = file.suffix == ".snapshot" and not (tmp_path / name).exists()
        is_ours = not name.startswith("__cluster") and file.suffix != ".deleted"
        assert name.startswith("compacted-0/") or not is_stray
        if is_ours and not is_stray:
            is_same = (tmp_path / name).read_bytes() == file.read_bytes()
            assert is_same or name in different, name
            compared += 1
    assert compared > 8


@needs_shared
@pytest.mark.parametrize("release", RELEASES)
def test_an_adopted_folder_goes_on(release: str, tmp_path: Path) -> None:
    manager = _adopted(release, tmp_path, is_clean=True)
    log = manager.logs[TopicPartition("rolled", 0)]
    assert append(log, b"more", epoch=9).base_offset == 30
    manager.close()
    again = LogManager(SystemDisk(), SystemClock())
    again.open([str(tmp_path)], ME)
    log = again.logs[TopicPartition("rolled", 0)]
    assert records_of(log)[-1].value == b"more"
    again.close()


def _raw(release: str) -> Path:
    return shared(f"spec/quickstart/datadir/{release}/raw")


def _adopted(release: str, folder: Path, *, is_clean: bool) -> LogManager:
    """Return a manager that has opened a copy of a release's folder."""
    shutil.copytree(_raw(release), folder, dirs_exist_ok=True)
    marker = folder / ".kafka_cleanshutdown"
    if is_clean:
        marker.touch()
    else:
        marker.unlink(missing_ok=True)
    manager = LogManager(SystemDisk(), SystemClock(), settings_of=_settings_of)
    manager.open([str(folder)], ME)
    return manager


def _settings_of(topic: str) -> LogSettings:
    """Return the settings that the topics of the folders were made with."""
    return LogSettings(index_interval_bytes=100 if topic == "rolled" else 4096)
