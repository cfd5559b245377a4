"""The rows of `docs/deviations.md`, as its tests read them."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCUMENT = ROOT / "docs" / "deviations.md"


def rows() -> list[list[str]]:
    """Return the cells of each row of the tables of the document."""
    lines = DOCUMENT.read_text().splitlines()
    cells = [
        [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        for line in lines
        if line.startswith("|")
    ]
    return [row for row in cells if row[0] != "Apache Kafka" and set(row[0]) != {"-"}]
