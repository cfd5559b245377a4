"""Everything a broker has stored, as a value: to come back to, or to begin with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from logion.disk import Disk, read_file
from logion.log.checkpoints import LOCK


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The files of a broker's data folders at one moment, and its time."""

    folders: tuple[Mapping[str, bytes], ...]
    """Of each data folder what is in it, by path below it."""
    jumped_s: float
    """How far the broker's clock had been moved."""

    @property
    def size(self) -> int:
        """Return how many bytes it holds."""
        return sum(len(data) for files in self.folders for data in files.values())


def read_folders(disk: Disk, folders: Sequence[str]) -> tuple[dict[str, bytes], ...]:
    """Return all files of each folder, by path below it."""
    return tuple(
        {
            path: read_file(disk, f"{folder}/{path}")
            for path in _files(disk, folder)
            if path != LOCK
        }
        for folder in folders
    )


def write_folders(
    disk: Disk, folders: Sequence[str], contents: Sequence[Mapping[str, bytes]]
) -> None:
    """Let each folder have these files and no others."""
    for folder, files in zip(folders, contents, strict=True):
        for name in disk.listdir(folder):
            if disk.is_dir(f"{folder}/{name}"):
                disk.remove_tree(f"{folder}/{name}")
            else:
                disk.remove(f"{folder}/{name}")
        for path, data in files.items():
            disk.make_dir(f"{folder}/{path}".rpartition("/")[0])
            disk.open(f"{folder}/{path}", create=True).pwritev([data], 0)


def _files(disk: Disk, folder: str, below: str = "") -> Iterator[str]:
    """Yield the paths of all files in `folder`, without its own."""
    for name in disk.listdir(f"{folder}/{below}".rstrip("/")):
        path = f"{below}{name}"
        if disk.is_dir(f"{folder}/{path}"):
            yield from _files(disk, folder, f"{path}/")
        else:
            yield path
