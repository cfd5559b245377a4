"""How much of a partition a version of Fetch gets, and in which message format.

| Fetch | message format | size |
|---|---|---|
| v0, v1 | v0 | cut strictly, perhaps inside the first entry |
| v2 | v0, v1 | cut strictly, perhaps inside the first entry |
| v3 | v0, v1 | one whole entry at least |
| v4 and later | as stored | one whole batch at least |

The format goes by the topic's setting, not by what a batch is stored in. zstd needs
v10 (KIP-110).
"""

from __future__ import annotations

from dataclasses import replace

from logion.protocol.errors import ApiError, Error
from logion.records.batch import scan_batches
from logion.records.codec import Codec
from logion.records.conversion import down_convert, magic_for_fetch
from logion.replica.partition import FetchBounds, Partition, PartitionRead

VERSION_AT_LEAST_ONE = 3
VERSION_WITH_ZSTD = 10


def read_for_version(
    partition: Partition, bounds: FetchBounds, version: int
) -> PartitionRead:
    """Return what a Fetch of `version` gets of a partition.

    Raises ApiError: what `Partition.read` raises, UNSUPPORTED_COMPRESSION_TYPE and
    UNSUPPORTED_VERSION where the version cannot take what is stored.
    """
    rules = partition.log.settings.rules
    if version < VERSION_WITH_ZSTD and rules.codec is Codec.ZSTD:
        raise ApiError(Error.UNSUPPORTED_COMPRESSION_TYPE, f"zstd in Fetch v{version}")
    magic = magic_for_fetch(version, rules.magic)
    if magic < rules.magic:
        return _read_converted(partition, bounds, version, magic)
    if version < VERSION_AT_LEAST_ONE:
        bounds = replace(bounds, at_least_one=False)
    return partition.read(bounds)


def _read_converted(
    partition: Partition, bounds: FetchBounds, version: int, magic: int
) -> PartitionRead:
    """Return records in an older format; what has none in it is read past."""
    if not partition.log.settings.is_down_converted:
        raise ApiError(
            Error.UNSUPPORTED_VERSION,
            f"Fetch v{version} needs message.downconversion.enable",
        )
    wanted = replace(bounds, at_least_one=True)
    while True:
        read = partition.read(wanted)
        found = read.records
        stored = found if isinstance(found, bytes) else found.read()
        scan = scan_batches(stored)
        converted = down_convert(stored[: scan.end], magic, bounds.offset)
        if converted or not scan.batches:
            cut = None if version >= VERSION_AT_LEAST_ONE else bounds.size_max
            return replace(read, records=converted[:cut])
        wanted = replace(wanted, offset=scan.batches[-1].last_offset + 1)
