"""Bytes as people can read them: text, JSON, or a dump in hexadecimal; cut if long.

Nothing that a record holds may change how the page around it looks: characters that
control (terminals, or the direction of writing) are shown by their numbers.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import NamedTuple

SIZE_MAX = 1000
"""Bytes of a key or value that a list of records shows."""

WHOLE_SIZE_MAX = 256 * 1024
"""Bytes of them that the page of one record shows."""

HEX_SIZE_MAX = 16 * 1024
"""Bytes of which a dump is made at most: it takes five times as many characters."""

JSON_LINES_MAX = 10_000
"""More lines than this would be made of short JSON with many elements."""

INDENT_MAX = 80
"""Deeper JSON would be mostly indentation, of two characters a level."""

ROW = 16
"""Bytes in a line of a dump."""

JSON_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{}:,]|[^\s\[\]{}:,"]+')

KEPT = "\n\t"
"""Control characters that a page shows as they are."""


class Shown(NamedTuple):
    """A key or a value as a page shows it."""

    kind: str
    """What it is: `null`, `empty`, `text`, `JSON`, `hex`, or a message's name."""
    text: str
    size: int | None
    """Bytes it has; None for null."""
    is_cut: bool = False
    """There is more than the text says."""


def shown(data: bytes | None, size_max: int = SIZE_MAX) -> Shown:
    """Return bytes as text, JSON or a dump; of more than `size_max` the beginning."""
    if data is None:
        return Shown("null", "", None)
    if not data:
        return Shown("empty", "", 0)
    part = data[:size_max]
    is_cut = len(part) < len(data)
    text = _as_text(part, is_cut=is_cut)
    if text is None:
        part = part[:HEX_SIZE_MAX]
        return Shown("hex", dump(part), len(data), len(part) < len(data))
    pretty = None if is_cut else pretty_json(text)
    if pretty is not None:
        return Shown("JSON", visible(pretty), len(data))
    return Shown("text", visible(text), len(data), is_cut)


def _as_text(part: bytes, *, is_cut: bool) -> str | None:
    """Return UTF-8 as text; None for what is no text, or hardly any."""
    try:
        text = part.decode()
    except UnicodeDecodeError as problem:
        if not is_cut or problem.start < len(part) - 3:
            return None
        text = part[: problem.start].decode()  # it was cut within a character
    strange = 0 if _is_plain(text) else sum(map(_is_control, text))
    return None if strange * 10 > len(text) else text


def visible(text: str) -> str:
    """Return a text in which every character can be seen, or only takes space."""
    if _is_plain(text):
        return text
    return "".join(_number(it) if _is_control(it) else it for it in text)


def _is_plain(text: str) -> bool:
    """Tell whether a text surely has no character that controls: a quick look."""
    return text.replace("\n", "").replace("\t", "").isprintable()


def _is_control(character: str) -> bool:
    return character not in KEPT and unicodedata.category(character)[0] == "C"


def _number(character: str) -> str:
    return f"\\u{{{ord(character):x}}}"


def dump(data: bytes) -> str:
    """Return lines of an address, 16 bytes in hexadecimal, and the same as ASCII."""
    return "\n".join(
        f"{at:06x}  {data[at : at + ROW].hex(' '):47}  {_ascii(data[at : at + ROW])}"
        for at in range(0, len(data), ROW)
    )


def _ascii(data: bytes) -> str:
    return "".join(chr(it) if 32 <= it < 127 else "." for it in data)


def pretty_json(text: str) -> str | None:
    """Return an object or array of JSON in lines; None for any other text.

    Only the space between tokens changes: numbers and strings stay as written.
    """
    if text.lstrip()[:1] not in ("{", "["):
        return None
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return None
    lines: list[str] = []
    for line in _lines(JSON_TOKEN.findall(text)):
        lines.append(line)
        if len(lines) > JSON_LINES_MAX or len(line) - len(line.lstrip()) > INDENT_MAX:
            return None
    return "\n".join(lines)


def _lines(parts: Sequence[str]) -> Iterator[str]:
    line, depth = "", 0
    for before, part in zip(["", *parts], parts, strict=False):
        depth -= part in ("}", "]")
        is_empty = before + part in ("{}", "[]")
        if (before in ("{", "[", ",") or part in ("}", "]")) and not is_empty:
            yield line
            line = "  " * depth
        line += ": " if part == ":" else part
        depth += part in ("{", "[")
    yield line
