"""In which versions a broker's metadata can be read, which every case has to look at.

A broker that errs in one version of Metadata fails the cases about that version. The
others look leaders up in an older one, so that they can judge what they are about.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from logion.client.cluster import open_cluster
from logion.client.connection import Address, Options
from logion.client.versions import VersionRange, Versions
from logion.protocol.apis import METADATA
from logion.protocol.errors import ApiError, ProtocolError


async def readable_metadata(
    address: Address, options: Options, versions: Versions
) -> VersionRange | None:
    """Return the versions of Metadata up to the newest one whose answer can be read.

    None if nothing keeps a client from the newest that both speak, or if no answer in
    any version can be read.
    """
    both = versions.range_of(METADATA)
    if both is None:
        return None
    for newest in range(both.last, both.first - 1, -1):
        limits = {**versions.spoken, METADATA: VersionRange(newest, newest)}
        if await _is_readable(address, replace(options, limits=limits, is_exact=True)):
            return None if newest == both.last else VersionRange(both.first, newest)
    return None


async def _is_readable(address: Address, options: Options) -> bool:
    try:
        async with open_cluster([address], options):
            return True
    except ProtocolError:
        return False
    except ApiError:  # an answer, or none at all: for the cases to judge
        return True


def within(
    limits: Mapping[int, VersionRange], readable: VersionRange | None
) -> dict[int, VersionRange]:
    """Return a case's limits by API key, cut to what can be read of Metadata.

    A case that is about a version that cannot be read keeps it.
    """
    if readable is None:
        return dict(limits)
    wanted = limits.get(METADATA, readable)
    return {**limits, METADATA: wanted.overlap(readable) or wanted}
