"""Names of the folders in a log directory, and whose they are."""

from __future__ import annotations

import logging

from logion.disk import Disk, write_file
from logion.log import checkpoints
from logion.log.checkpoints import MalformedFile
from logion.names import ZERO_UUID, TopicPartition, Uuid

logger = logging.getLogger(__name__)

DELETE_SUFFIX = "-delete"
"""Of a log that is deleted, and whose files go some time later."""

FUTURE_SUFFIX = "-future"
"""Of a log on its way into this directory (KIP-113)."""

NAME_SIZE_MAX = 255
"""Longest name that a folder can have."""


def partition_of(folder: str) -> TopicPartition | None:
    """Return the partition whose folder this is, None if it is no partition's."""
    topic, dash, number = folder.rpartition("-")
    return (
        TopicPartition(topic, int(number))
        if dash and topic and number.isdigit()
        else None
    )


def unique_folder(name: TopicPartition, now_ms: int, number: int, suffix: str) -> str:
    """Return a name for another folder of a partition, which may be cut short.

    `number` differs each time.
    """
    unique = f"{now_ms:016x}{number:016x}"
    kept = str(name)[: NAME_SIZE_MAX - len(unique) - len(suffix) - 1]
    return f"{kept}.{unique}{suffix}"


def topic_id_in(path: str, data: bytes) -> Uuid:
    """Return the id in a `partition.metadata`; ZERO_UUID if a crash left it empty."""
    try:
        return checkpoints.parse_partition_metadata(data)
    except MalformedFile as problem:
        logger.warning("%s is passed over: %s", path, problem)
        return ZERO_UUID


def make_folder(disk: Disk, path: str, topic_id: Uuid) -> None:
    """Make the folder of a log, with the id of its topic unless that is ZERO_UUID."""
    disk.make_dir(path)
    if topic_id != ZERO_UUID:
        data = checkpoints.format_partition_metadata(topic_id)
        write_file(disk, f"{path}/{checkpoints.PARTITION_METADATA}", data)
