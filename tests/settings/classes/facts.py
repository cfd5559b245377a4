"""Reading what settings classes define."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).parent

FROM_CLASSES = ("0.9.0.1", "0.10.0.1", "0.10.1.1", "0.10.2.2")
RELEASES = ("0.8.2.2", *FROM_CLASSES)


class Defined(NamedTuple):
    """One setting."""

    of: str
    """`broker` or `topic`."""
    name: str
    type: str
    default: str
    """As Java writes it; `null` if there is none."""


def defined(release: str) -> dict[tuple[str, str], Defined]:
    """Return all settings of a release by what they are of, and name."""
    lines = (FOLDER / f"{release}.tsv").read_text().splitlines()
    rows = [Defined(*line.split("\t")) for line in lines]
    return {(it.of, it.name): it for it in rows}
