"""Java properties text, as `server.properties` and `meta.properties` are written."""

from __future__ import annotations

import re
from collections.abc import Iterator

_LINE_END = re.compile(r"\r\n|\r|\n")
_CONTINUED = re.compile(r"(?<!\\)(?:\\\\)*\\$")
_KEY = re.compile(r"((?:\\.|[^\\:=\s])*)\s*[:=]?\s*(.*)", re.DOTALL)
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|.)", re.DOTALL)
_ESCAPED = {"n": "\n", "r": "\r", "t": "\t", "f": "\f"}


def parse_properties(text: str) -> dict[str, str]:
    r"""Return the keys and values of a Java properties text; the last one wins.

    `#` and `!` begin comments; `=`, `:` or a space ends a key; a line that ends in a
    backslash goes on in the next; `\n \t \r \f` and `\uXXXX` are escapes, any other
    escaped character stands for itself.
    """
    found: dict[str, str] = {}
    for line in _logical_lines(text):
        parts = _KEY.match(line)
        assert parts is not None, "the pattern also matches an empty text"
        found[_unescape(parts[1])] = _unescape(parts[2])
    return found


def _logical_lines(text: str) -> Iterator[str]:
    begun = ""
    for line in _LINE_END.split(text):
        stripped = line.lstrip(" \t\f")
        if not begun and (not stripped or stripped[0] in "#!"):
            continue
        if _CONTINUED.search(stripped):
            begun += stripped[:-1]
            continue
        yield begun + stripped
        begun = ""
    if begun:
        yield begun


def _unescape(text: str) -> str:
    def replace(found: re.Match[str]) -> str:
        char = found[1]
        return chr(int(char[1:], 16)) if len(char) == 5 else _ESCAPED.get(char, char)

    return _ESCAPE.sub(replace, text)
