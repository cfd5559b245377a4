"""What one log has to sync, as a value: it can be done in another thread."""

from __future__ import annotations

from typing import NamedTuple

from logion.disk import Disk, File


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
