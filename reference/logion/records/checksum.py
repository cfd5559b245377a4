"""The two checksums of stored records: CRC-32 (v0, v1) and CRC-32C (v2).

Both take any bytes-like object and copy nothing.
"""

from __future__ import annotations

import zlib
from functools import cache
from typing import Protocol

from logion.names import Buffer


class Checksum(Protocol):
    """A function from bytes to an unsigned 32-bit checksum."""

    def __call__(self, data: Buffer, value: int = 0, /) -> int:
        """Return the checksum of `data`, or of what gave `value` and then `data`."""


def crc32(data: Buffer, value: int = 0) -> int:
    """Return the CRC-32 of zlib and gzip: of what gave `value`, and then `data`."""
    return zlib.crc32(data, value)


def crc32c(data: Buffer, value: int = 0) -> int:
    """Return the CRC-32C (Castagnoli): of what gave `value`, and then `data`."""
    return _castagnoli()(data, value)


@cache
def _castagnoli() -> Checksum:
    # The library's own start takes 30 ms: it is paid at first use, not at import.
    import crc32c as library

    checksum: Checksum = library.crc32c
    return checksum
