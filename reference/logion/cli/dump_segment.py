"""A `.log` file in words: one line per batch, and if asked one per record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import BinaryIO, NamedTuple, TypeAlias

from logion.log.entries import ENTRY_CHUNK, StoredBatch
from logion.protocol.errors import ApiError
from logion.records.batch import (
    Batch,
    CorruptRecords,
    TimestampType,
    is_crc_valid,
    scan_batches,
)
from logion.records.codec import codec_of
from logion.records.control import control_type, read_end_transaction_marker
from logion.records.record import Record, read_batch


class Damage(NamedTuple):
    """Something in a file that should not be so."""

    position: int | None
    """Where, in bytes from its start; None if the text says it."""
    text: str

    def __str__(self) -> str:
        """Return where it is and what is wrong."""
        where = "" if self.position is None else f" at byte {self.position}"
        return f"DAMAGED{where}: {self.text}"


Line: TypeAlias = str | Damage
"""What a dump prints."""


class Depth(NamedTuple):
    """How much of a batch is printed."""

    records: bool = False
    """A line for each record."""
    data: bool = False
    """With its key, headers and value."""


def dump_segment(path: Path, depth: Depth) -> Iterator[Line]:
    """Yield the batches of a segment, and its damage, which is where reading ends.

    A batch whose checksum is wrong is damage too, but what follows it is read.
    """
    end_offset = 0
    for stored in stored_batches(path):
        if isinstance(stored, Damage):
            yield stored
            continue
        position, buffer, batch = stored
        is_valid = is_crc_valid(buffer, batch)
        yield batch_line(batch, position, is_valid=is_valid)
        if batch.base_offset < end_offset:
            text = f"offset {batch.base_offset} where {end_offset} or more was due"
            yield Damage(position, text)
        end_offset = max(end_offset, batch.last_offset + 1)
        if not is_valid:
            yield Damage(position, "the checksum is not that of the bytes")
        elif any(depth):
            yield from _records(stored, depth)


def stored_batches(path: Path) -> Iterator[StoredBatch | Damage]:
    """Yield every whole batch of a file, checksums not looked at, then any damage."""
    with path.open("rb") as file:
        position, wanted = 0, ENTRY_CHUNK
        while buffer := _read(file, position, wanted):
            scan = scan_batches(buffer)
            for batch in scan.batches:
                yield StoredBatch(position + batch.position, buffer, batch)
            if scan.problem is not None and _is_hopeless(scan.problem, buffer, wanted):
                yield _damage(scan.problem, position)
                return
            missing = scan.problem.missing if scan.problem and not scan.end else 0
            position += scan.end
            wanted = len(buffer) + missing if missing else ENTRY_CHUNK


def batch_line(batch: Batch, position: int, *, is_valid: bool) -> str:
    """Return a batch in the words of Kafka's own tool."""
    count = "unknown" if batch.count is None else batch.count
    facts = {
        "baseOffset": batch.base_offset,
        "lastOffset": batch.last_offset,
        "count": count,
        "baseSequence": batch.base_sequence,
        "lastSequence": batch.last_sequence,
        "producerId": batch.producer_id,
        "producerEpoch": batch.producer_epoch,
        "partitionLeaderEpoch": batch.leader_epoch,
        "isTransactional": _lower(batch.is_transactional),
        "isControl": _lower(batch.is_control),
        "deleteHorizonMs": batch.delete_horizon,
        "position": position,
        _time_name(batch): batch.max_timestamp,
        "size": batch.size,
        "magic": batch.magic,
        "compresscodec": _codec_label(batch),
        "crc": batch.crc,
        "isvalid": _lower(is_valid),
    }
    return words(facts)


def words(facts: Mapping[str, object]) -> str:
    """Return names and values in one line; None is left out."""
    pairs = facts.items()
    return " ".join(f"{name}: {value}" for name, value in pairs if value is not None)


def _read(file: BinaryIO, position: int, size: int) -> bytes:
    file.seek(position)
    return file.read(size)


def _is_hopeless(problem: CorruptRecords, buffer: bytes, wanted: int) -> bool:
    """Tell whether more of the file cannot make the broken entry whole."""
    return not problem.missing or len(buffer) < wanted


def _damage(problem: CorruptRecords, start: int) -> Damage:
    text = (problem.message or "").partition(": ")[2]
    return Damage(start + problem.position, text)


def _records(stored: StoredBatch, depth: Depth) -> Iterator[Line]:
    try:
        records = read_batch(stored.buffer, stored.batch)
        lines = [_record_line(each, stored.batch, depth) for each in records]
    except ApiError as problem:
        yield Damage(stored.position, str(problem))
    else:
        yield from lines


def _record_line(record: Record, batch: Batch, depth: Depth) -> str:
    sequence = batch.base_sequence
    if sequence >= 0:
        sequence = sequence + record.offset - batch.base_offset & 0x7FFFFFFF
    facts: dict[str, object] = {
        "offset": record.offset,
        _time_name(batch): record.timestamp,
        "keySize": _size(record.key),
        "valueSize": _size(record.value),
        "sequence": sequence,
        "headerKeys": f"[{','.join(_printable(name) for name, _ in record.headers)}]",
    }
    if batch.is_control:
        facts |= _control_facts(record)
    elif depth.data:
        facts |= {"key": _data(record.key), "payload": _data(record.value)}
    return f"| {words(facts)}"


def _control_facts(record: Record) -> dict[str, object]:
    marker = read_end_transaction_marker(record)
    if marker is None:
        kind = control_type(record)
        return {"controlType": "unknown" if kind is None else kind.name}
    return {
        "endTxnMarker": marker.type.name,
        "coordinatorEpoch": marker.coordinator_epoch,
    }


def _time_name(batch: Batch) -> str:
    names = {TimestampType.LOG_APPEND_TIME: "LogAppendTime"}
    return names.get(batch.timestamp_type, "CreateTime")


def _codec_label(batch: Batch) -> str:
    try:
        return codec_of(batch.attributes).label
    except ApiError:
        return f"unknown({batch.attributes & 7})"


def _lower(flag: bool) -> str:  # noqa: FBT001 - the value itself
    return str(flag).lower()


def _size(data: bytes | None) -> int:
    return -1 if data is None else len(data)


def _data(data: bytes | None) -> str | None:
    """Return bytes as one line of text; None has none."""
    return None if data is None else _printable(data.decode("utf-8", "surrogateescape"))


def _printable(text: str) -> str:
    """Return a text with escapes for what cannot be printed or is no UTF-8."""
    return "".join(it if it.isprintable() else _escape(it) for it in text)


def _escape(char: str) -> str:
    raw = char.encode("utf-8", "surrogateescape")
    return "".join(f"\\x{byte:02x}" for byte in raw)
