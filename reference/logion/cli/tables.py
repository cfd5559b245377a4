"""Columns of text."""

from __future__ import annotations

from collections.abc import Sequence

Row = Sequence[object]
"""One line of a table; each cell is shown as its text."""


def table(rows: Sequence[Row], *, gap: str = "  ") -> list[str]:
    """Return the rows as lines whose columns stand below each other.

    All rows have the same number of cells.
    """
    texts = [[str(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*texts, strict=True)]
    return [gap.join(map(str.ljust, row, widths)).rstrip() for row in texts]
