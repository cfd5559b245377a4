"""What one log has to sync, as a value: it can be done in another thread."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import NamedTuple

from logion.disk import Disk, File

SYNCS_AT_ONCE = 8
"""Disks are asked one thing at a time for most of a sync, and wait the rest of it."""

SYNCS_A_THREAD = 8
"""It takes no thread to sync what is soon synced."""


class FlushPlan(NamedTuple):
    """What has to be synced so that nothing below `end_offset` can be lost."""

    end_offset: int
    base_offset: int
    """Of the active segment: its name is new if it was not synced before."""
    files: tuple[File, ...]
    folders: tuple[str, ...]
    disk: Disk

    def run(self) -> None:
        """Sync it; safe in any thread, and may take long."""
        for file in self.files:
            file.sync()
        for folder in self.folders:
            self.disk.sync_dir(folder)


def sync_all(plans: Sequence[FlushPlan]) -> None:
    """Run several plans, and a folder that several of them name once; returns when
    nothing is being synced any more."""
    syncs = _syncs(plans)
    threads = len(syncs) // SYNCS_A_THREAD
    if threads < 2:
        for sync in syncs:
            sync()
        return
    with ThreadPoolExecutor(min(threads, SYNCS_AT_ONCE)) as pool:
        for done in [pool.submit(sync) for sync in syncs]:
            done.result()


def _syncs(plans: Sequence[FlushPlan]) -> list[Callable[[], None]]:
    folders = {it: plan.disk for plan in plans for it in plan.folders}
    return [
        *(file.sync for plan in plans for file in plan.files),
        *(partial(disk.sync_dir, folder) for folder, disk in folders.items()),
    ]
