"""Kafka's small text files of a log directory.

Checkpoints: line 1 is the version `0`, line 2 the number of entries, then one entry per
line. `topic partition offset` per log directory (recovery point, high watermark, log
start offset, cleaner), `epoch startOffset` per partition (leader epochs). An empty file
has no entries; anything else that is not of this form is refused.

`partition.metadata` (2.8, KIP-516) and `meta.properties` (0.9) are lines of names and
values.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from logion.log.epochs import Epochs, EpochStart
from logion.names import TopicPartition, Uuid, format_uuid, parse_uuid

RECOVERY_POINTS = "recovery-point-offset-checkpoint"
HIGH_WATERMARKS = "replication-offset-checkpoint"
LOG_START_OFFSETS = "log-start-offset-checkpoint"
CLEANER_OFFSETS = "cleaner-offset-checkpoint"
LEADER_EPOCHS = "leader-epoch-checkpoint"
PARTITION_METADATA = "partition.metadata"
META_PROPERTIES = "meta.properties"
CLEAN_SHUTDOWN = ".kafka_cleanshutdown"
LOCK = ".lock"

CLEAN_SHUTDOWN_CONTENT = b'{"version":0,"brokerEpoch":-1}'
"""What 3.7 and later write; older releases leave the file empty and read neither."""


class MalformedFile(ValueError):  # noqa: N818 - named for what it finds
    """A checkpoint that is not of its form; the text says where."""


def format_offsets(offsets: Mapping[TopicPartition, int]) -> bytes:
    """Return the text of a checkpoint of offsets by partition."""
    return _format(f"{tp.topic} {tp.partition} {at}" for tp, at in offsets.items())


def parse_offsets(data: bytes) -> dict[TopicPartition, int]:
    """Return the offsets by partition; MalformedFile if the text is no checkpoint."""
    entries = (_fields(line, 3) for line in _parse(data))
    return {
        TopicPartition(topic, _number(index)): _number(offset)
        for topic, index, offset in entries
    }


def format_epochs(epochs: Epochs) -> bytes:
    """Return the text of a checkpoint of leader epochs."""
    return _format(f"{entry.epoch} {entry.start_offset}" for entry in epochs)


def parse_epochs(data: bytes) -> Epochs:
    """Return the leader epochs; MalformedFile if the text is no checkpoint."""
    entries = (_fields(line, 2) for line in _parse(data))
    return tuple(EpochStart(_number(a), _number(b)) for a, b in entries)


def format_partition_metadata(topic_id: Uuid) -> bytes:
    """Return the text of `partition.metadata`."""
    return f"version: 0\ntopic_id: {format_uuid(topic_id)}".encode()


def parse_partition_metadata(data: bytes) -> Uuid:
    """Return the topic's id; MalformedFile if the text has none."""
    text = data.decode(errors="replace")
    lines = dict(line.partition(": ")[::2] for line in text.splitlines())
    if lines.get("version") != "0":
        raise MalformedFile(f"version {lines.get('version')} where 0 is known")
    try:
        return parse_uuid(lines.get("topic_id", ""))
    except ValueError as problem:
        raise MalformedFile(str(problem)) from None


def format_properties(properties: Mapping[str, str]) -> bytes:
    """Return the text of `meta.properties`."""
    lines = [f"{name}={value}\n" for name, value in properties.items()]
    return f"#\n{''.join(lines)}".encode()


def _format(lines: Iterable[str]) -> bytes:
    entries = list(lines)
    return "\n".join(["0", str(len(entries)), *entries, ""]).encode()


def _parse(data: bytes) -> list[str]:
    lines = data.decode(errors="replace").splitlines()
    if not lines:
        return []
    if lines[0] != "0":
        raise MalformedFile(f"line 1: version {lines[0]!r} where 0 is known")
    if len(lines) < 2 or _number(lines[1]) != len(lines) - 2:
        raise MalformedFile(
            f"line 2: {lines[1:2]}, but {len(lines) - 2} entries follow"
        )
    return lines[2:]


def _fields(line: str, count: int) -> list[str]:
    fields = line.split()
    if len(fields) != count:
        raise MalformedFile(f"{line!r} where {count} words were expected")
    return fields


def _number(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise MalformedFile(f"{text!r} where a number was expected") from None
