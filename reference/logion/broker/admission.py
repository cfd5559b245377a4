"""Which requests a broker of a release reads, and what it does with the others.

| release | unknown API | known API, unknown version |
|---|---|---|
| 0.8 | closes | reads it as the newest version it knows |
| 0.9 | is silent | keys 0 to 9 as 0.8, others: is silent |
| 0.10 and later | closes | closes, but answers ApiVersions as version 0 |
| 4.0 and later | the same | also closes on Produce 0 to 2, which it advertises |

4.0 advertises Produce 0 to 2 for the sake of old clients (KAFKA-18659).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import NamedTuple

from logion.broker.context import CloseConnection
from logion.protocol.apis import API_VERSIONS, PRODUCE
from logion.protocol.releases import Release, release

PRODUCE_VERSION_MIN_SINCE_4_0 = 3
UNCHECKED_KEYS = range(10)
"""APIs whose requests 0.8 and 0.9 parsed without a look at the version."""


class Verdict(Enum):
    """What becomes of a request."""

    READ = auto()
    """It is read and answered."""
    IGNORE = auto()
    """No answer, and the connection stays open: the client has to time out."""
    CLOSE = auto()
    """The connection closes."""
    OFFER_VERSIONS = auto()
    """ApiVersions in an unknown version: answered in version 0, unread (KIP-511)."""


def check_readable(played: Release, what: str) -> None:
    """Raise CloseConnection if a release cannot read a request with `what` in it.

    Before 2.4 (0.11 and 1.1 were asked) a value that no enumeration knew, or a batch
    that no request may bring, was met when the request was parsed.
    """
    if played < release("2.4"):
        raise CloseConnection(f"{what}, which release {played} cannot read")


class Admission(NamedTuple):
    """The verdict on one request, and the version to read and answer it in."""

    verdict: Verdict
    version: int


@dataclass(frozen=True, slots=True)
class Doorkeeper:
    """Knows what one broker speaks."""

    release: Release
    served: Mapping[int, tuple[int, int]]
    """API key to the lowest and highest version that is answered."""

    def admit(self, api_key: int, version: int) -> Admission:
        """Return what becomes of a request with this header."""
        versions = self.served.get(api_key)
        if versions is None:
            return Admission(self._unknown_api(), version)
        if api_key == PRODUCE and self.release >= release("4.0"):
            versions = (PRODUCE_VERSION_MIN_SINCE_4_0, versions[1])
        if versions[0] <= version <= versions[1]:
            return Admission(Verdict.READ, version)
        return self._unknown_version(api_key, version, versions[1])

    def _unknown_api(self) -> Verdict:
        is_silent = release("0.9.0") <= self.release < release("0.10.0")
        return Verdict.IGNORE if is_silent else Verdict.CLOSE

    def _unknown_version(self, api_key: int, version: int, newest: int) -> Admission:
        if self.release >= release("0.10.0"):
            known = api_key == API_VERSIONS
            # Before 2.4 every header was of the old form, whatever its version.
            header = version if self.release >= release("2.4") else 0
            return Admission(Verdict.OFFER_VERSIONS if known else Verdict.CLOSE, header)
        if self.release < release("0.9.0") or api_key in UNCHECKED_KEYS:
            return Admission(Verdict.READ, newest)
        return Admission(Verdict.IGNORE, version)
