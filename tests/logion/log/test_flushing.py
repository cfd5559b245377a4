from __future__ import annotations

import pytest
from logion.log.flushing import FlushPlan, sync_all
from logion.testing.disk import MemoryDisk


def test_what_is_planned_survives_a_crash_and_nothing_else() -> None:
    disk = MemoryDisk()
    disk.make_dir("d")
    planned, other = (disk.open(f"d/{name}", create=True) for name in "ab")
    for file in (planned, other):
        file.pwritev((b"x",), 0)
    FlushPlan(1, 0, (planned,), ("d", ""), disk).run()
    after = disk.crash()
    assert [after.size(f"d/{name}") for name in "ab"] == [1, 0]


def test_of_several_plans_each_file_is_synced_and_a_folder_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    disk = MemoryDisk()
    disk.make_dir("d")
    files = [disk.open(f"d/{at}", create=True) for at in range(20)]
    for file in files:
        file.pwritev((b"x",), 0)
    synced: list[str] = []
    sync_dir = MemoryDisk.sync_dir

    def note(disk: MemoryDisk, path: str) -> None:
        synced.append(path)
        sync_dir(disk, path)

    monkeypatch.setattr(MemoryDisk, "sync_dir", note)
    sync_all([FlushPlan(1, 0, (it,), ("d", ""), disk) for it in files])
    assert sorted(synced) == ["", "d"]
    after = disk.crash()
    assert [after.size(f"d/{at}") for at in range(20)] == [1] * 20


def test_a_file_that_cannot_be_synced_is_told_once_the_others_are() -> None:
    disk = MemoryDisk()
    files = [disk.open(str(at), create=True) for at in range(20)]
    for file in files:
        file.pwritev((b"x",), 0)

    class Broken:
        """A file on a broken part of the disk."""

        def sync(self) -> None:
            raise OSError("broken")

    plan = FlushPlan(1, 0, (Broken(), *files), ("",), disk)  # type: ignore[arg-type]
    with pytest.raises(OSError, match="broken"):
        sync_all([plan])
    after = disk.crash()
    assert [after.size(str(at)) for at in range(20)] == [1] * 20
