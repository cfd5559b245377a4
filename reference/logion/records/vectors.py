"""Checks record vectors: sets as another implementation wrote them, and their meaning.

A vector is one JSON object per line, of one of five kinds:

records        what a set was written from, and its bytes
downConvert    bytes before and after conversion, or the error it ends with
brokerInPlace  bytes as a producer sent and as the leader placed them
endTxnMarker   the fields of a marker, and its bytes
refused        bytes that are no set, and the error they are refused with

Compressors differ: where `bytesComparable` is false, headers and records are compared
instead of bytes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from logion.protocol.errors import ApiError
from logion.records.batch import (
    Batch,
    TimestampType,
    check_crc,
    parse_batches,
    stamp,
    stamp_time,
)
from logion.records.codec import codec_named
from logion.records.control import (
    ControlType,
    EndTransactionMarker,
    read_end_transaction_marker,
    write_end_transaction_marker,
)
from logion.records.conversion import down_convert
from logion.records.record import (
    BatchOptions,
    Record,
    read_batch,
    read_records,
    write_batch,
)

Vector = Mapping[str, Any]
"""One line of a vector file, as JSON gives it."""

_COMPRESSED_FIELDS = ("position", "size", "crc")


class Verdict(NamedTuple):
    """What became of one line of a vector file."""

    line: int
    """Its number, from 1."""
    name: str
    problem: str
    """Where it disagrees; empty if it agrees."""


def check_lines(lines: Iterable[str]) -> Iterator[Verdict]:
    """Yield a verdict for each line; blank lines are skipped."""
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield _verdict(number, line)


def name_of(vector: Vector) -> str:
    """Return a short name: kind, then what tells it from others of its kind."""
    keys = ("magic", "compression", "timestampType", "type", "toMagic", "firstOffset")
    told = [f"{key}={vector[key]}" for key in keys if key in vector]
    return " ".join((str(vector.get("kind")), *told))


def problem_of(vector: Vector) -> str:
    """Return where our bytes or records differ from the vector's; empty if nowhere."""
    kind = str(vector.get("kind"))
    if kind not in _CHECKS:
        return f"kind {kind!r}; known are {', '.join(_CHECKS)}"
    try:
        return _CHECKS[kind](vector)
    except ApiError as refusal:
        return f"refused: {refusal}"
    except KeyError as missing:
        return f"a vector of this kind needs the field {missing}"
    except (TypeError, ValueError) as problem:
        return f"no such vector can be read: {problem}"


def _verdict(number: int, line: str) -> Verdict:
    try:
        vector = json.loads(line)
    except ValueError as problem:
        return Verdict(number, "?", f"no JSON: {problem}")
    if not isinstance(vector, dict):
        return Verdict(number, "?", f"a JSON object was expected, not {line[:40]!r}")
    return Verdict(number, name_of(vector), problem_of(vector))


def _check_records(vector: Vector) -> str:
    expected = bytes.fromhex(vector["hex"])
    records = [_record(fields) for fields in vector["input"]]
    written = write_batch(records, _options(vector))
    return _difference(written, expected, is_exact=vector["bytesComparable"])


def _check_down_convert(vector: Vector) -> str:
    stored = bytes.fromhex(vector["fromHex"])
    error = vector.get("error")
    try:
        converted = down_convert(stored, vector["toMagic"], vector["firstOffset"])
    except ApiError as refusal:
        if error is not None and refusal.error.name == _error_name(error):
            return ""
        raise
    if error is not None:
        return f"converted; expected {error}"
    found = [[record.offset, record.timestamp] for record in read_records(converted)]
    wanted = vector.get("offsetsAndTimestamps", found)
    if found != wanted:
        return f"offsets and timestamps {found}; expected {wanted}"
    expected = bytes.fromhex(vector["hex"])
    return _difference(converted, expected, is_exact=vector["bytesComparable"])


def _check_broker_in_place(vector: Vector) -> str:
    buffer = bytearray.fromhex(vector["beforeHex"])
    offset = vector["firstOffset"]
    for batch in parse_batches(buffer):
        check_crc(buffer, batch)
        records = read_batch(buffer, batch)
        base = offset if batch.magic == 2 else offset + len(records) - 1
        _place(buffer, batch._replace(base_offset=base), records, vector)
        offset += len(records)
    return _difference(bytes(buffer), bytes.fromhex(vector["hex"]), is_exact=True)


def _place(
    buffer: bytearray, batch: Batch, records: list[Record], vector: Vector
) -> None:
    append_time = vector["logAppendTime"]
    stamp(
        buffer,
        batch,
        base_offset=batch.base_offset,
        leader_epoch=vector["partitionLeaderEpoch"],
        append_time=None if append_time == -1 else append_time,
    )
    if append_time == -1:
        newest = max(record.timestamp for record in records)
        stamp_time(buffer, batch, TimestampType.CREATE_TIME, newest)


def _check_end_txn_marker(vector: Vector) -> str:
    marker = EndTransactionMarker(
        ControlType[vector["type"]], vector["coordinatorEpoch"]
    )
    written = write_end_transaction_marker(
        marker,
        offset=vector["offset"],
        timestamp=vector["timestamp"],
        leader_epoch=vector["partitionLeaderEpoch"],
        producer_id=vector["producerId"],
        producer_epoch=vector["producerEpoch"],
    )
    expected = bytes.fromhex(vector["hex"])
    read = [read_end_transaction_marker(record) for record in read_records(expected)]
    if read != [marker]:
        return f"read as {read}; expected {marker}"
    return _difference(written, expected, is_exact=True)


def _check_refused(vector: Vector) -> str:
    data = bytes.fromhex(vector["hex"])
    try:
        for batch in parse_batches(data):
            check_crc(data, batch)
            read_batch(data, batch)
    except ApiError as refusal:
        found, expected = refusal.error.name, vector["error"]
        return "" if found == expected else f"{found}; expected {expected}"
    return f"read; expected {vector['error']}"


_CHECKS: Mapping[str, Callable[[Vector], str]] = MappingProxyType(
    {
        "records": _check_records,
        "downConvert": _check_down_convert,
        "brokerInPlace": _check_broker_in_place,
        "endTxnMarker": _check_end_txn_marker,
        "refused": _check_refused,
    }
)


def _record(fields: Mapping[str, Any]) -> Record:
    headers = tuple((key, _bytes(value)) for key, value in fields.get("headers", ()))
    key, value = _bytes(fields["key"]), _bytes(fields["value"])
    return Record(fields["offset"], fields["timestamp"], key, value, headers)


def _bytes(text: str | None) -> bytes | None:
    return None if text is None else bytes.fromhex(text)


def _options(vector: Vector) -> BatchOptions:
    is_append_time = vector.get("timestampType") == "LogAppendTime"
    return BatchOptions(
        magic=vector["magic"],
        codec=codec_named(vector["compression"]),
        base_offset=vector["baseOffset"],
        leader_epoch=vector.get("partitionLeaderEpoch", -1),
        log_append_time=vector["logAppendTime"] if is_append_time else None,
        producer_id=vector.get("producerId", -1),
        producer_epoch=vector.get("producerEpoch", -1),
        base_sequence=vector.get("baseSequence", -1),
        is_transactional=vector.get("transactional", False),
    )


def _error_name(exception: str) -> str:
    """Return Kafka's name for the code of a Java exception's class."""
    words = exception.removesuffix("Exception")
    return re.sub(r"(?<!^)(?=[A-Z])", "_", words).upper()


def _difference(found: bytes, expected: bytes, *, is_exact: bool) -> str:
    """Return where two sets differ: byte by byte, or by headers and by records."""
    if is_exact and found != expected:
        pairs = enumerate(zip(found, expected, strict=False))
        shorter = min(len(found), len(expected))
        at = next((i for i, (ours, theirs) in pairs if ours != theirs), shorter)
        text = f"byte {at}: {found[at : at + 8].hex()}, expected "
        text += f"{expected[at : at + 8].hex()}"
        return f"{text} ({len(found)} bytes, expected {len(expected)})"
    for batch in (batches := parse_batches(expected)):
        check_crc(expected, batch)
    ours = [_meaning(batch) for batch in parse_batches(found)]
    theirs = [_meaning(batch) for batch in batches]
    problem = _first_difference("header", ours, theirs)
    return problem or _first_difference(
        "record", _fields(read_records(found)), _fields(read_records(expected))
    )


def _meaning(batch: Batch) -> dict[str, Any]:
    """Return the fields of a header that no compressor changes."""
    fields = batch._asdict()
    return {key: fields[key] for key in fields if key not in _COMPRESSED_FIELDS}


def _fields(records: Iterable[Record]) -> list[dict[str, Any]]:
    return [record._asdict() for record in records]


def _first_difference(
    what: str, found: list[dict[str, Any]], expected: list[dict[str, Any]]
) -> str:
    if len(found) != len(expected):
        return f"{len(found)} {what}s, expected {len(expected)}"
    for index, (ours, theirs) in enumerate(zip(found, expected, strict=True)):
        for key in ours:
            if ours[key] != theirs[key]:
                values = f"{ours[key]!r}, expected {theirs[key]!r}"
                return f"{what} {index}, {key}: {values}"
    return ""
