"""Logs on their way to another directory (KIP-113): copied in steps, one at a time.

Others get their turn between two steps, and the partition is served all the while. The
last step, in which the copy takes its place, is one that nobody sees half done.
"""

from __future__ import annotations

import logging

import trio

from logion.broker.partitions import Partitions
from logion.log.directory import LogDirectory
from logion.log.manager import LogManager
from logion.names import TopicPartition
from logion.protocol.errors import ApiError, Error

log = logging.getLogger(__name__)

STEP_SIZE = 1024 * 1024
"""Bytes that are copied before others get their turn: about a millisecond."""


class Moves:
    """The moves of one broker's logs."""

    def __init__(self, logs: LogManager, partitions: Partitions) -> None:
        """Move nothing yet."""
        self._logs = logs
        self._partitions = partitions
        self._begun = trio.Event()

    def begin(self, name: TopicPartition, directory: LogDirectory) -> None:
        """Let a log that is here move to a directory; it is copied soon.

        Raises ApiError UNKNOWN_TOPIC_OR_PARTITION, or KAFKA_STORAGE_ERROR if a
        directory is offline.
        """
        if self._logs.has_failed_directory:
            text = "nothing moves while a log directory is offline"
            raise ApiError(Error.KAFKA_STORAGE_ERROR, text)
        if name not in self._logs.logs:
            text = f"there is no {name} on this broker"
            raise ApiError(Error.UNKNOWN_TOPIC_OR_PARTITION, text)
        self._logs.begin_move(name, directory)
        self._begun.set()

    async def run(self) -> None:
        """Copy what is on the move, until cancelled."""
        while True:
            self._begun = trio.Event()
            while self._logs.futures:
                await self._move(next(iter(self._logs.futures)))
            await self._begun.wait()

    async def _move(self, name: TopicPartition) -> None:
        """Copy one log to its end, and let the copy take its place.

        One that is given up meanwhile is left, one that fails stays where it is.
        """
        try:
            if await self._copy(name):
                moved = self._logs.finish_move(name)
                self._partitions.replace_log(moved)
        except (ApiError, OSError) as problem:
            log.error("%s stays where it is: %s", name, problem)
            self._logs.give_up_move(name)

    async def _copy(self, name: TopicPartition) -> bool:
        """Copy a log and sync the copy; return whether it is still wanted."""
        future = self._logs.futures[name]
        is_synced = False
        while self._logs.futures.get(name) is future:
            is_whole = self._logs.copy_some(name, STEP_SIZE)
            if is_whole and is_synced:
                return True
            if is_whole:
                plan = future.flush_plan()
                await trio.to_thread.run_sync(plan.run)
                future.flushed(plan)
                is_synced = True
            await trio.lowlevel.checkpoint()
        return False
