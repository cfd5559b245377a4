"""Open files, few at a time: the segments of a log are many more than descriptors.

The active segment keeps its own file open; all others are opened when they are read
and forgotten when too many others were read since. A forgotten file stays open as long
as a slice of it is on its way to a socket.
"""

from __future__ import annotations

from logion.disk import Disk, File

OPEN_MAX = 256
"""Files kept open beside those of the active segments."""


class Files:
    """The files of one log directory, by path."""

    __slots__ = ("_open", "_open_max", "disk")

    def __init__(self, disk: Disk, open_max: int = OPEN_MAX) -> None:
        """Open files of `disk`, and keep at most `open_max` of them."""
        self.disk = disk
        self._open_max = open_max
        self._open: dict[str, File] = {}

    def open(self, path: str, *, create: bool = False) -> File:
        """Return the open file at `path`; FileNotFoundError unless it may be made."""
        file = self._open.pop(path, None)
        if file is None:
            file = self.disk.open(path, create=create)
            if len(self._open) >= self._open_max:
                del self._open[next(iter(self._open))]
        self._open[path] = file
        return file

    def forget(self, path: str) -> None:
        """Open `path` anew next time: it was renamed, removed or replaced."""
        self._open.pop(path, None)

    def size(self, path: str) -> int:
        """Return how many bytes the file has, 0 if there is none."""
        try:
            return self.disk.size(path)
        except FileNotFoundError:
            return 0
