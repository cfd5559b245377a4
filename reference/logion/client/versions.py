"""Which version of an API to use: the newest that both sides speak.

Pure. What the broker speaks comes from its ApiVersions answer (KIP-35), or, for brokers
without that request, from the table of a release.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from logion.protocol.apis import APIS, Api
from logion.protocol.errors import ApiError, Error
from logion.protocol.schema import schema_of


class VersionRange(NamedTuple):
    """Versions from `first` to `last`, both spoken."""

    first: int
    last: int

    def overlap(self, other: VersionRange) -> VersionRange | None:
        """Return the versions in both ranges, or None where there are none."""
        both = VersionRange(max(self.first, other.first), min(self.last, other.last))
        return both if both.first <= both.last else None


def declared(api: Api) -> VersionRange:
    """Return the versions of an API that we can write and read."""
    return VersionRange(api.versions[0], api.versions[-1])


class Versions:
    """What one broker speaks, and what we can say to it."""

    def __init__(self, spoken: Mapping[int, VersionRange]) -> None:
        """Take the broker's ranges by API key."""
        self.spoken = dict(spoken)

    def range_of(self, api_key: int) -> VersionRange | None:
        """Return the versions of an API that both sides speak; None if none."""
        api = APIS.get(api_key)
        theirs = self.spoken.get(api_key)
        if api is None or theirs is None:
            return None
        return theirs.overlap(declared(api))

    def newest(self, api_key: int) -> int:
        """Return the newest version both speak.

        Raises ApiError(UNSUPPORTED_VERSION) naming both ranges if there is none.
        """
        both = self.range_of(api_key)
        if both is None:
            raise ApiError(Error.UNSUPPORTED_VERSION, self._reason(api_key))
        return both.last

    def within(self, limits: Mapping[int, VersionRange]) -> Versions:
        """Return these versions cut to `limits`, by API key; others stay."""
        cut = {
            key: theirs.overlap(limits.get(key, theirs))
            for key, theirs in self.spoken.items()
        }
        return Versions({key: kept for key, kept in cut.items() if kept is not None})

    def _reason(self, api_key: int) -> str:
        api = APIS[api_key]
        theirs = self.spoken.get(api_key)
        if theirs is None:
            return f"the broker does not know {api.name}"
        ours = declared(api)
        return (
            f"{api.name}: the broker speaks {theirs.first} to {theirs.last}, "
            f"we {ours.first} to {ours.last}"
        )


def versions_of(rows: Iterable[tuple[int, int, int]]) -> Versions:
    """Return the Versions of (API key, oldest, newest) rows."""
    return Versions({key: VersionRange(first, last) for key, first, last in rows})


def api_key_of(request: object) -> int:
    """Return the key of the API that a request belongs to."""
    key = schema_of(type(request)).api
    assert key is not None, f"{type(request).__name__} is no request"
    return key
