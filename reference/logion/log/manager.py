"""All logs of a broker: its log directories, what is in them, and their checkpoints.

A directory belongs to one process (`.lock`) and to one broker (`meta.properties`). Each
partition has a folder `<topic>-<partition>` in one of them. A clean stop leaves a
marker, `.kafka_cleanshutdown`; without it logs are recovered when they are opened.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from logion.clock import Clock
from logion.disk import Disk, Lock, read_file, replace_file
from logion.log import checkpoints
from logion.log.directory import LogDirectory
from logion.log.flushing import sync_all
from logion.log.folders import (
    DELETE_SUFFIX,
    FUTURE_SUFFIX,
    make_folder,
    partition_of,
    topic_id_in,
    unique_folder,
)
from logion.log.loading import Known
from logion.log.log import Log
from logion.log.settings import LogSettings
from logion.names import ZERO_UUID, TopicPartition, Uuid
from logion.properties import parse_properties
from logion.protocol.errors import ApiError, Error

logger = logging.getLogger(__name__)

CLOSED_AT_ONCE = 64
"""Logs whose files are open, some four each, while they are synced."""

RAFT_LOG = TopicPartition("__cluster_metadata", 0)
"""The log of a KRaft quorum, which is no topic's."""


@dataclass(frozen=True, slots=True)
class BrokerIdentity:
    """Whose directories these are."""

    broker_id: int
    cluster_id: str | None = None
    """22 characters of base64; None: whatever the directory says."""
    is_node: bool = False
    """Written as a KRaft broker's, which is a node and always has a cluster."""

    @property
    def properties(self) -> dict[str, str]:
        """Return what `meta.properties` says of it."""
        version, name = ("1", "node.id") if self.is_node else ("0", "broker.id")
        cluster = {} if self.cluster_id is None else {"cluster.id": self.cluster_id}
        return {"version": version, name: str(self.broker_id), **cluster}


class DirectoryRefused(Exception):  # noqa: N818 - named for what has happened
    """A log directory that this broker must not use; the text says why."""


class LogManager:
    """The logs of one broker, by partition."""

    def __init__(
        self,
        disk: Disk,
        clock: Clock,
        *,
        settings_of: Callable[[str], LogSettings] = lambda _: LogSettings(),
    ) -> None:
        """Manage logs on `disk`; `settings_of` gives those of a topic's logs."""
        self._disk = disk
        self._clock = clock
        self._settings_of = settings_of
        self._locks: list[Lock] = []
        self._topic_ids: dict[TopicPartition, Uuid] = {}
        self._deleted = 0
        self.directories: list[LogDirectory] = []
        """The log directories that are in use, failed ones too."""
        self.logs: dict[TopicPartition, Log] = {}
        """Every log that is open."""
        self.futures: dict[TopicPartition, Log] = {}
        """Logs that are to take the place of others, in another directory (KIP-113)."""
        self.high_watermarks: dict[TopicPartition, int] = {}
        """High watermarks as the directories had them, and as was told since."""
        self.strangers: list[str] = []
        """Folders that are no partition's, left alone."""

    # Starting and stopping

    def open(self, paths: Sequence[str], identity: BrokerIdentity) -> None:
        """Lock the directories, make what is missing, and open every log in them.

        A directory that does not say whose it is waits for `sign`; one whose disk
        fails is left out. Raises DirectoryRefused if one is another broker's, in use,
        or none works.
        """
        for path in paths:
            directory = LogDirectory(self._disk, path, self._clock)
            directory.on_failed = self._look_for_a_directory
            self.directories.append(directory)
        failed: list[tuple[LogDirectory, OSError]] = []
        for directory in self.directories:
            try:
                self._claim(directory.path, identity)
                self._open_logs(directory)
            except OSError as error:
                failed.append((directory, error))
                for log in self._logs_in(directory):
                    del self.logs[log.name]
        if len(failed) == len(self.directories):
            reasons = [str(error) for _, error in failed]
            raise DirectoryRefused(f"none of {list(paths)} can be used: {reasons}")
        for directory, problem in failed:
            directory.fail(problem)

    def _look_for_a_directory(self) -> None:
        """Log that nothing can be served any more, if no directory works."""
        if not self.has_directory:
            logger.critical(
                "every log directory is offline: nothing can be produced, fetched "
                "or created until the broker is started anew"
            )

    @property
    def has_directory(self) -> bool:
        """Whether a log directory works at all."""
        return any(True for _ in self._working())

    @property
    def has_failed_directory(self) -> bool:
        """Whether a log directory is offline: logs may lie in it."""
        return any(it.failure is not None for it in self.directories)

    def _claim(self, path: str, identity: BrokerIdentity) -> None:
        """Make the directory if need be; see to it that it is ours alone."""
        if not self._disk.is_dir(path):
            self._disk.make_dir(path)
            self._disk.sync_dir(path.rpartition("/")[0] or ".")
        try:
            self._locks.append(self._disk.lock(f"{path}/{checkpoints.LOCK}"))
        except BlockingIOError:
            raise DirectoryRefused(
                f"{path} is locked: another broker uses it"
            ) from None
        self._identify(path, identity)

    def sign(self, identity: BrokerIdentity) -> None:
        """Write whose the directories are into those that do not say."""
        data = checkpoints.format_properties(identity.properties)
        for directory in self._working():
            path = f"{directory.path}/{checkpoints.META_PROPERTIES}"
            try:
                if not self._disk.exists(path):
                    replace_file(self._disk, path, data)
            except OSError as error:
                directory.fail(error)

    def close(self) -> None:
        """Sync and close every log; leave a clean stop's mark where that worked."""
        for directory in self.directories:
            if directory.failure is None:
                self._close_directory(directory)
        self._unlock()

    def abandon(self) -> None:
        """Let go of the directories, and write nothing into them any more.

        For what is thrown away: the next opening would find a crash.
        """
        self.directories.clear()
        self._unlock()

    def _unlock(self) -> None:
        for lock in self._locks:
            lock.release()
        self._locks.clear()

    def _close_directory(self, directory: LogDirectory) -> None:
        logs = self._logs_in(directory)
        try:
            for first in range(0, len(logs), CLOSED_AT_ONCE):
                _close_all(logs[first : first + CLOSED_AT_ONCE])
            self._write_checkpoints(directory)
            path = f"{directory.path}/{checkpoints.CLEAN_SHUTDOWN}"
            replace_file(self._disk, path, checkpoints.CLEAN_SHUTDOWN_CONTENT)
        except ApiError:
            return  # the directory has failed before
        except OSError as error:
            directory.fail(error)

    def _identify(self, path: str, identity: BrokerIdentity) -> None:
        """Check whose directory it is, if it says so."""
        path = f"{path}/{checkpoints.META_PROPERTIES}"
        wanted = {"broker.id": str(identity.broker_id)}
        if identity.cluster_id is not None:
            wanted["cluster.id"] = identity.cluster_id
        if not self._disk.exists(path):
            return
        found = _properties(self._disk, path)
        if "node.id" in found:
            found["broker.id"] = found["node.id"]
        for name, value in wanted.items():
            if found.get(name, value) != value:
                text = f"{path} says {name}={found[name]}, this broker has {value}"
                raise DirectoryRefused(text)

    def _open_logs(self, directory: LogDirectory) -> None:
        marker = f"{directory.path}/{checkpoints.CLEAN_SHUTDOWN}"
        is_clean = self._disk.exists(marker)
        recovery = directory.offsets(checkpoints.RECOVERY_POINTS)
        starts = directory.offsets(checkpoints.LOG_START_OFFSETS)
        cleaned = directory.offsets(checkpoints.CLEANER_OFFSETS)
        self.high_watermarks |= directory.offsets(checkpoints.HIGH_WATERMARKS)
        for name in sorted(self._disk.listdir(directory.path)):
            if not self._disk.is_dir(f"{directory.path}/{name}"):
                continue
            partition = partition_of(name)
            if name.endswith((DELETE_SUFFIX, FUTURE_SUFFIX)):
                directory.discard(f"{directory.path}/{name}", 0)
            elif partition is None or partition == RAFT_LOG:
                self.strangers.append(f"{directory.path}/{name}")
            elif partition in self.logs:  # a crash came at the end of its move
                self._set_aside(directory, partition)
            else:
                known = Known(
                    *(is_clean, recovery.get(partition)),
                    *(starts.get(partition, 0), cleaned.get(partition, 0)),
                )
                self._open_log(directory, partition, known)
        directory.empty_trash()
        logs = self._logs_in(directory)
        if any(log.recovery_point != recovery.get(log.name) for log in logs):
            self._write_checkpoints(directory)
        if is_clean:
            self._disk.remove(marker)
            self._disk.sync_dir(directory.path)

    def _open_log(
        self, directory: LogDirectory, name: TopicPartition, known: Known
    ) -> Log:
        log = Log(directory, name, self._settings_of(name.topic), known)
        log.on_lowered = lambda: self._write_checkpoints(directory)
        path = f"{log.path}/{checkpoints.PARTITION_METADATA}"
        if self._disk.exists(path):
            self._topic_ids[name] = topic_id_in(path, read_file(self._disk, path))
        self.logs[name] = log
        if self.high_watermarks.get(name, 0) > log.end_offset:  # a recovery cut it
            self.high_watermarks[name] = log.end_offset
        return log

    # Logs

    def topic_id(self, name: TopicPartition) -> Uuid:
        """Return the topic's id as the partition's folder has it, ZERO_UUID if not."""
        return self._topic_ids.get(name, ZERO_UUID)

    def create(self, name: TopicPartition, topic_id: Uuid = ZERO_UUID) -> Log:
        """Make and return an empty log, in the directory with the fewest logs.

        One that exists is returned as it is. Raises KAFKA_STORAGE_ERROR.
        """
        if name in self.logs:
            return self.logs[name]
        directory = self._emptiest()
        path = f"{directory.path}/{name}"
        try:
            make_folder(self._disk, path, topic_id)
            return self._open_log(directory, name, Known(is_clean=True))
        except OSError as error:
            raise directory.fail(error) from error

    def delete(self, name: TopicPartition) -> None:
        """Take a log out of use at once; its files go some time later."""
        self.give_up_move(name)
        log = self.logs.pop(name)
        directory = log.directory
        log.losses += 1
        directory.check()
        self._topic_ids.pop(name, None)
        self.high_watermarks.pop(name, None)
        gone = f"{directory.path}/{self._unique(name, DELETE_SUFFIX)}"
        try:
            _forget_files(log)
            self._disk.rename(log.path, gone)
            self._write_checkpoints(directory)
        except OSError as error:
            raise directory.fail(error) from error
        directory.discard(gone, log.settings.file_delete_delay_ms)

    def _unique(self, name: TopicPartition, suffix: str) -> str:
        """Return the name of a folder that there never was."""
        self._deleted += 1
        return unique_folder(name, self._clock.time_ms(), self._deleted, suffix)

    def _set_aside(self, directory: LogDirectory, name: TopicPartition) -> None:
        """Have the folder of a log deleted that another directory has, too."""
        gone = f"{directory.path}/{self._unique(name, DELETE_SUFFIX)}"
        logger.warning("%s has %s, too: it goes", directory.path, name)
        self._disk.rename(f"{directory.path}/{name}", gone)
        directory.discard(gone, 0)

    # Moving to another directory

    def begin_move(self, name: TopicPartition, directory: LogDirectory) -> None:
        """Begin a log that is to take the place of one in another directory.

        A move elsewhere is given up; where the log is already nothing is begun. Raises
        KAFKA_STORAGE_ERROR.
        """
        log, future = self.logs[name], self.futures.get(name)
        directory.check()
        if future is not None and future.directory is directory:
            return
        self.give_up_move(name)
        if log.directory is directory:
            return
        folder = self._unique(name, FUTURE_SUFFIX)
        try:
            path = f"{directory.path}/{folder}"
            make_folder(self._disk, path, self.topic_id(name))
            known = Known(is_clean=True, folder=folder)
            future = Log(directory, name, log.settings, known)
            future.restart_at(log.start_offset)
        except OSError as error:
            raise directory.fail(error) from error
        self.futures[name] = future

    def copy_some(self, name: TopicPartition, size_max: int) -> bool:
        """Copy some records of a log on the move; tell whether all are now."""
        log, future = self.logs[name], self.futures[name]
        if future.end_offset < log.start_offset:
            future.restart_at(log.start_offset)
        if future.end_offset < log.end_offset:
            future.append_as_follower(log.read(future.end_offset, size_max).read())
        return future.end_offset == log.end_offset

    def finish_move(self, name: TopicPartition) -> Log:
        """Put the log that has everything in the other's place; return it as it is now.

        Should the process die meanwhile, one of the two is found, whole.
        """
        future, old = self.futures.pop(name), self.logs[name]
        directory, high_watermark = future.directory, self.high_watermarks.get(name, 0)
        future.delete_before(old.start_offset)
        try:
            _close_all([future])
            _forget_files(future)
            self._disk.rename(future.path, f"{directory.path}/{name}")
            self._disk.sync_dir(directory.path)
            self.delete(name)
            self.high_watermarks[name] = high_watermark
            known = Known(*(True, future.recovery_point, future.start_offset))
            log = self._open_log(directory, name, known)
            self._write_checkpoints(directory)
        except OSError as error:
            raise directory.fail(error) from error
        return log

    def give_up_move(self, name: TopicPartition) -> None:
        """Let a log stay where it is, if it was on the move."""
        future = self.futures.pop(name, None)
        if future is not None:
            _forget_files(future)
            future.directory.discard(future.path, 0)

    def reconfigure(self, topic: str) -> None:
        """Let the logs of `topic` have its present settings."""
        for name, log in self.logs.items():
            if name.topic == topic:
                log.settings = self._settings_of(topic)

    # What is done from time to time

    def write_checkpoints(self) -> None:
        """Write recovery points, log start offsets and high watermarks down."""
        for directory in self._working():
            try:
                self._write_checkpoints(directory)
            except OSError as error:
                directory.fail(error)

    def write_cleaner_offsets(self, directory: LogDirectory) -> None:
        """Write down how far the logs of a directory are clean.

        Raises KAFKA_STORAGE_ERROR.
        """
        logs = [log for log in self._logs_in(directory) if log.settings.is_compacted]
        data = checkpoints.format_offsets({log.name: log.cleaned_end for log in logs})
        try:
            directory.write(checkpoints.CLEANER_OFFSETS, data)
        except OSError as error:
            raise directory.fail(error) from error

    def unflushed(self) -> list[Log]:
        """Return the logs that wait to be synced: rolled, or due by `flush.ms`."""
        return [
            log
            for log in self.logs.values()
            if log.directory.failure is None and log.needs_flush
        ]

    def apply_retention(self) -> int:
        """Delete what retention does not keep and what was deleted long enough ago.

        Returns how many segments were deleted.
        """
        count = 0
        for directory in self._working():
            for log in self._logs_in(directory):
                high_watermark = self.high_watermarks.get(log.name, log.end_offset)
                count += log.delete_old_segments(high_watermark)
                log.forget_expired_producers()
            directory.empty_trash()
        return count

    def _working(self) -> Iterator[LogDirectory]:
        return (it for it in self.directories if it.failure is None)

    def _logs_in(self, directory: LogDirectory) -> list[Log]:
        return [log for log in self.logs.values() if log.directory is directory]

    def _emptiest(self) -> LogDirectory:
        working = list(self._working())
        if not working:
            raise ApiError(Error.KAFKA_STORAGE_ERROR, "every log directory is offline")
        return min(working, key=lambda it: len(self._logs_in(it)))

    def _write_checkpoints(self, directory: LogDirectory) -> None:
        """Write three files; a start is in one though its first segment is named so.

        That name may not have reached the disk, or not the absence of older ones.
        """
        logs = {log.name: log for log in self._logs_in(directory)}
        tables = {
            checkpoints.RECOVERY_POINTS: {n: g.recovery_point for n, g in logs.items()},
            checkpoints.LOG_START_OFFSETS: {
                name: log.start_offset
                for name, log in logs.items()
                if log.start_offset > 0
            },
            checkpoints.HIGH_WATERMARKS: {
                name: self.high_watermarks.get(name, 0) for name in logs
            },
        }
        for file_name, offsets in tables.items():
            directory.write(file_name, checkpoints.format_offsets(offsets))


def _forget_files(log: Log) -> None:
    """Let the files of a log whose folder gets another name be opened anew."""
    for segment in log.segments:
        for path in segment.paths():
            log.directory.files.forget(path)


def _close_all(logs: Sequence[Log]) -> None:
    """Close some logs and sync their files, several at a time."""
    plans = [it.close() for it in logs]
    sync_all(plans)
    for closed, plan in zip(logs, plans, strict=True):
        closed.flushed(plan)


def identity_in(disk: Disk, path: str) -> BrokerIdentity | None:
    """Return whose log directory this is by its `meta.properties`, None if nobody's.

    Raises DirectoryRefused if the file is none of Kafka's.
    """
    path = f"{path}/{checkpoints.META_PROPERTIES}"
    if not disk.exists(path):
        return None
    found = _properties(disk, path)
    number = found.get("node.id", found.get("broker.id"))
    if number is None:
        return None
    if not number.isdecimal():
        raise DirectoryRefused(f"{path}: {number!r} where a broker's id was expected")
    return BrokerIdentity(int(number), found.get("cluster.id"))


def _properties(disk: Disk, path: str) -> dict[str, str]:
    """Return what a `meta.properties` says; DirectoryRefused if it is none."""
    try:
        found = parse_properties(read_file(disk, path).decode())
    except UnicodeDecodeError as problem:
        raise DirectoryRefused(f"{path} is damaged: {problem}") from None
    if found.get("version") not in {"0", "1"}:
        text = f"{path} has version {found.get('version')} where 0 or 1 was expected"
        raise DirectoryRefused(text)
    return found
