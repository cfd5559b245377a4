"""Bytes for people: sixteen in a line, where they are, and which of them are meant."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

WIDTH = 16


class Line(NamedTuple):
    """Up to sixteen bytes: what stands before the marked ones, they, what follows."""

    position: int
    before: str
    marked: str
    after: str

    def __str__(self) -> str:
        """Return the line as plain text; `[` and `]` stand around what is marked."""
        marked = f"[{self.marked}]" if self.marked else ""
        parts = " ".join(filter(None, (self.before, marked, self.after)))
        return f"{self.position:08x}  {parts}"


def lines(digits: str, marked: Sequence[int] = ()) -> Iterator[Line]:
    """Yield the lines of bytes, given as digits; `marked` is (begin, end) or ()."""
    begin, end = tuple(marked) or (0, 0)
    for position in range(0, len(digits) // 2, WIDTH):
        row = digits[2 * position : 2 * (position + WIDTH)]
        one, other = (max(0, min(WIDTH, it - position)) for it in (begin, end))
        parts = (row[: 2 * one], row[2 * one : 2 * other], row[2 * other :])
        yield Line(position, *map(spaced, parts))


def spaced(digits: str) -> str:
    """Return the digits of bytes with spaces between them."""
    return " ".join(digits[at : at + 2] for at in range(0, len(digits), 2))
