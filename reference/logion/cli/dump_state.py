"""The small files of a log in words: aborted transactions, producers, checkpoints."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from logion.cli.dump_segment import Damage, Line, words
from logion.log.aborted import format_aborted, parse_aborted
from logion.log.checkpoints import MalformedFile, parse_epochs, parse_offsets
from logion.log.producer_snapshot import CorruptSnapshot, parse_snapshot
from logion.log.producers import Producer


def dump_aborted(path: Path) -> Iterator[Line]:
    """Yield the aborted transactions that ended in a segment (`.txnindex`)."""
    data = path.read_bytes()
    entries = parse_aborted(data)
    size = 0
    for entry in entries:
        yield words(
            {
                "producerId": entry.producer_id,
                "firstOffset": entry.first_offset,
                "lastOffset": entry.last_offset,
                "lastStableOffset": entry.last_stable_offset,
            }
        )
        if entry.first_offset > entry.last_offset:
            yield Damage(size, "the transaction ends before it begins")
        size += len(format_aborted([entry]))
    if size < len(data):
        yield Damage(size, f"{len(data) - size} bytes are no whole entry")


def dump_snapshot(path: Path) -> Iterator[Line]:
    """Yield the producers of a log as they were at an offset (`.snapshot`)."""
    try:
        producers = parse_snapshot(path.read_bytes())
    except CorruptSnapshot as problem:
        yield Damage(None, str(problem))
        return
    yield from map(_producer_line, producers.values())


def dump_offsets(path: Path) -> Iterator[Line]:
    """Yield the offsets of a checkpoint, by partition."""
    try:
        offsets = parse_offsets(path.read_bytes())
    except MalformedFile as problem:
        yield Damage(None, str(problem))
        return
    for partition, offset in offsets.items():
        yield words({"partition": partition, "offset": offset})


def dump_epochs(path: Path) -> Iterator[Line]:
    """Yield the leader epochs of a log, oldest first."""
    try:
        epochs = parse_epochs(path.read_bytes())
    except MalformedFile as problem:
        yield Damage(None, str(problem))
        return
    for entry in epochs:
        yield words({"epoch": entry.epoch, "startOffset": entry.start_offset})


def dump_text(path: Path) -> Iterator[Line]:
    """Yield the lines of a file that is text already."""
    yield from path.read_text(encoding="utf-8", errors="replace").splitlines()


def _producer_line(producer: Producer) -> str:
    last = producer.spans[-1] if producer.spans else None
    return words(
        {
            "producerId": producer.producer_id,
            "producerEpoch": producer.epoch,
            "coordinatorEpoch": producer.coordinator_epoch,
            "currentTxnFirstOffset": producer.transaction_start,
            "lastTimestamp": producer.timestamp,
            "firstSequence": last and last.base_sequence,
            "lastSequence": last and last.last_sequence,
            "firstOffset": last and last.base_offset,
            "lastOffset": last and last.last_offset,
        }
    )
