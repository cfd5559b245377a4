"""What one log has to sync, as a value: it can be done in another thread."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import NamedTuple

from logion.disk import Disk, File

SYNCS_AT_ONCE = 8
"""Disks are asked one thing at a time for most of a sync, and wait the rest of it."""


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
        for sync in _syncs((self,)):
            sync()


def sync_all(plans: Sequence[FlushPlan]) -> None:
    """Run several plans, and a folder that several of them name once; returns when
    nothing is being synced any more."""
    with ThreadPoolExecutor(SYNCS_AT_ONCE) as pool:
        for done in [pool.submit(sync) for sync in _syncs(plans)]:
            done.result()


def _syncs(plans: Sequence[FlushPlan]) -> list[Callable[[], None]]:
    folders = {it: plan.disk for plan in plans for it in plan.folders}
    return [
        *(file.sync for plan in plans for file in plan.files),
        *(partial(disk.sync_dir, folder) for folder, disk in folders.items()),
    ]
