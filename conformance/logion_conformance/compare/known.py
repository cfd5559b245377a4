"""Which differences are known deviations: rows of `docs/deviations.md`.

A row is named by the test that shows it. A difference counts as known if a rule here
fits the probe, the version, the release and where in the answers it is.
"""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase
from typing import NamedTuple

from logion.protocol.releases import Release, release
from logion.protocol.schema import parse_versions


class Known(NamedTuple):
    """A row of the deviations, and where it shows."""

    row: str
    """The name of the row's test."""
    probe: str
    """A glob of names of probes."""
    path: str = "*"
    """A glob of where in the transcript: `* Fetch *: responses*`."""
    first: str = "0.8.0"
    """The first release in which it shows."""
    last: str = "4.3"
    """The last one."""
    versions: str = "0+"
    """Versions of the probe's API."""

    def fits(self, name: str, version: int, path: str, of: Release | None) -> bool:
        """Whether a difference of a probe in a version is this one."""
        return (
            fnmatchcase(name, self.probe)
            and fnmatchcase(path, self.path)
            and version in parse_versions(self.versions)
            and (of is None or release(self.first) <= of <= release(self.last))
        )


KNOWN: tuple[Known, ...] = ()


def known_for(
    name: str, version: int, paths: Iterable[str], of: Release | None
) -> tuple[Known, ...]:
    """Return the deviations that explain all differences; none if one is left."""
    found: dict[Known, None] = {}
    for path in paths:
        fits = [each for each in KNOWN if each.fits(name, version, path, of)]
        if not fits:
            return ()
        found[fits[0]] = None
    return tuple(found)
