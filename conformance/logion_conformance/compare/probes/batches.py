"""Batches of records for probes: right ones, and wrong ones in one way each."""

from __future__ import annotations

import struct
import zlib
from typing import Any

import crc32c
from logion.records.codec import Codec
from logion.records.record import BatchOptions

from logion_conformance import material
from logion_conformance.compare.probe import Ground

CRC = 17
CRC_FROM = 21
"""Where the checksum of a batch of magic 2 stands, and where what it covers begins."""

OLD_CRC = 12
OLD_CRC_FROM = 16
"""The same of a message of magic 0 or 1."""

MAGIC = 16
"""Where every format has its number."""


def batch(it: Ground, *values: bytes, **options: Any) -> bytes:
    """Return a batch in the record format of the version."""
    chosen = BatchOptions(**{"magic": it.magic, **options})
    return material.batch(*(values or (b"a", b"b")), options=chosen)


def changed(data: bytes, at: int, form: str, value: int) -> bytes:
    """Return a batch with one number of it replaced, the checksum left as it was."""
    patched = bytearray(data)
    struct.pack_into(form, patched, at, value)
    return bytes(patched)


def sound(data: bytes) -> bytes:
    """Return one batch, or message, with the checksum that its bytes have."""
    if data[MAGIC] == 2:
        return changed(data, CRC, ">I", crc32c.crc32c(data[CRC_FROM:]))
    return changed(data, OLD_CRC, ">I", zlib.crc32(data[OLD_CRC_FROM:]))


def patched(it: Ground, at: int, form: str, value: int) -> bytes:
    """Return a plain batch with a number replaced and a right checksum.

    Of magic 0 and 1, of which only single messages have one, it is one message.
    """
    plain = batch(it, b"a") if it.magic < 2 else batch(it)
    return sound(changed(plain, at, form, value))


def compressed(it: Ground, codec: Codec) -> bytes:
    """Return a batch compressed with a codec."""
    return batch(it, codec=codec)
