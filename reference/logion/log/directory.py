"""One log directory: where logs live, and whether the disk under it still works.

After the first failed write or read the whole directory is offline: what has been
acknowledged stays as it is on the disk, and nothing is served that might be wrong.
"""

from __future__ import annotations

import heapq
import logging
from collections.abc import Callable, Mapping

from logion.clock import Clock
from logion.disk import Disk, read_file, replace_file
from logion.log import checkpoints
from logion.log.files import Files
from logion.names import TopicPartition
from logion.protocol.errors import ApiError, Error

logger = logging.getLogger(__name__)


class LogDirectory:
    """A directory of logs, shared by all of them."""

    __slots__ = ("_trash", "_written", "clock", "failure", "files", "on_failed", "path")

    def __init__(self, disk: Disk, path: str, clock: Clock) -> None:
        """Use `path` on `disk`; nothing is read yet."""
        self.path = path
        self.clock = clock
        self.files = Files(disk)
        self.failure: OSError | None = None
        """Why it is offline, None while it works."""
        self.on_failed: Callable[[], None] = _nobody_asks
        """Called once, when it goes offline."""
        self._trash: list[tuple[int, str]] = []
        self._written: dict[str, bytes] = {}

    @property
    def disk(self) -> Disk:
        """Return the disk it is on."""
        return self.files.disk

    def check(self) -> None:
        """Raise KAFKA_STORAGE_ERROR if the directory is offline."""
        if self.failure is not None:
            raise self.offline()

    def fail(self, error: OSError) -> ApiError:
        """Take the directory offline; return what its callers get to hear.

        Only the first failure is logged.
        """
        if self.failure is None:
            self.failure = error
            logger.error("log directory %s goes offline: %s", self.path, error)
            self.on_failed()
        return self.offline()

    def offline(self) -> ApiError:
        """Return the error of a directory that is offline."""
        text = f"log directory {self.path} is offline: {self.failure}"
        return ApiError(Error.KAFKA_STORAGE_ERROR, text)

    def offsets(self, name: str) -> Mapping[TopicPartition, int]:
        """Return a checkpoint's offsets; none if it is missing or malformed."""
        path = f"{self.path}/{name}"
        try:
            return checkpoints.parse_offsets(read_file(self.disk, path))
        except FileNotFoundError:
            return {}
        except checkpoints.MalformedFile as problem:
            logger.warning("%s is passed over: %s", path, problem)
            return {}

    def write(self, name: str, data: bytes) -> None:
        """Put `data` in the place of one of its own files; OSError if that fails.

        Nothing is done if the file was last written so: all clients wait for a sync.
        """
        if self._written.pop(name, None) != data:
            replace_file(self.disk, f"{self.path}/{name}", data)
        self._written[name] = data

    def discard(self, path: str, delay_ms: int) -> None:
        """Have the file or directory at `path` removed after `delay_ms`."""
        heapq.heappush(self._trash, (self.clock.time_ms() + delay_ms, path))

    def empty_trash(self) -> int:
        """Remove what is due; return how many files and directories that were."""
        removed = 0
        while self._trash and self._trash[0][0] <= self.clock.time_ms():
            path = heapq.heappop(self._trash)[1]
            self.files.forget(path)
            if self.disk.is_dir(path):
                self.disk.remove_tree(path)
            elif self.disk.exists(path):
                self.disk.remove(path)
            removed += 1
        return removed


def _nobody_asks() -> None:
    """Do nothing: nobody looks after several directories."""
