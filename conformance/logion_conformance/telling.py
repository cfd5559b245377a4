"""Messages as a person reads them: what is not at its default, records by batch.

v9 ProduceRequest(acks=-1, ..., records=[batch 0..1, magic 2, 2 records, 77 bytes])
"""

from __future__ import annotations

from typing import Any

from logion.protocol.schema import RECORDS, Array, default_of, schema_of
from logion.records.batch import Batch, scan_batches


def told(value: object) -> str:
    """Return a message or struct in one line; anything else as Python shows it."""
    if not hasattr(type(value), "__wire__"):
        return told_plain(value)
    schema = schema_of(type(value))
    parts = [
        f"{field.name}={told_field(field.type, at)}"
        for field in schema.fields
        if (at := getattr(value, field.name)) != default_of(field)
    ]
    return f"{schema.name}({', '.join(parts)})"


def told_field(type_: Any, value: object) -> str:
    """Return the value of a field of that type."""
    if type_ is RECORDS and value is not None:
        return told_records(bytes(value))  # type: ignore[call-overload]
    if isinstance(type_, Array) and isinstance(value, tuple):
        return f"[{', '.join(map(told, value))}]"
    return told(value)


def told_plain(value: object) -> str:
    """Return a plain value; the sixteen bytes of an id as hexadecimal digits."""
    if isinstance(value, bytes) and len(value) == 16:
        return value.hex()
    return repr(value)


def told_records(data: bytes) -> str:
    """Return the batches in some bytes, and how many bytes are none."""
    scan = scan_batches(data)
    parts = [told_batch(each) for each in scan.batches]
    if scan.end < len(data):
        parts.append(f"{len(data) - scan.end} bytes that are no whole batch")
    return f"[{'; '.join(parts)}]"


def told_batch(batch: Batch) -> str:
    """Return what the header of a batch says."""
    count = "?" if batch.count is None else batch.count
    text = f"{batch.base_offset}..{batch.last_offset}, magic {batch.magic}"
    text = f"batch {text}, {count} records, {batch.size} bytes, crc {batch.crc:#010x}"
    if batch.has_producer_id:
        who = f"{batch.producer_id}/{batch.producer_epoch}"
        text = f"{text}, producer {who} from {batch.base_sequence}"
    return text
