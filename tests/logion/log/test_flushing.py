from __future__ import annotations

from logion.log.flushing import FlushPlan
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
