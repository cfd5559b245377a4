"""Compares the codec with message bodies that somebody else wrote.

A vector file has one JSON object per line: `name` and `version` of a message, its body
as `hex`, and as `json` what it means, in Kafka's names. A line without `json` is only
read and written again. `unknownTags` are number and bytes of tagged fields at the end
of the message that have no name; a line that says `refused` is no message. Other keys
are not looked at. docs/vectors.md describes the form to others.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from logion.protocol.catalogue import FORMER_FIELDS, message_named
from logion.protocol.codec import decode_exactly, encode
from logion.protocol.errors import ApiError, ProtocolError
from logion.protocol.json import from_json, to_json
from logion.protocol.schema import replace

_SHOWN = 8
"""Bytes shown from where two bodies differ."""


class Disagreement(NamedTuple):
    """One vector that the codec reads or writes differently."""

    line: int
    """Number of the line, from 1."""
    name: str
    """Message of the vector; empty if the line is no vector."""
    version: int
    """Version of the message; -1 if the line is no vector."""
    text: str
    """The field or byte where it differs, and how."""

    def __str__(self) -> str:
        """Return it in one line."""
        what = f"{self.name} v{self.version}: " if self.name else ""
        return f"line {self.line}: {what}{self.text}"


class _Absent:
    """Stands for a field that is not there."""

    def __repr__(self) -> str:
        return "no such field"


_ABSENT = _Absent()


class Tally:
    """How many vectors were compared, and how many agreed."""

    __slots__ = ("agreed", "compared")

    def __init__(self) -> None:
        """Start at none."""
        self.agreed = 0
        self.compared = 0

    def __str__(self) -> str:
        """Return the result: "3 of 4 agree"."""
        return f"{self.agreed} of {self.compared} agree"


def disagreements(lines: Iterable[str], tally: Tally) -> Iterator[Disagreement]:
    """Yield each vector the codec does not agree with, and count all in `tally`.

    Empty lines are passed over.
    """
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        name, version, text = _checked(line)
        tally.compared += 1
        if text is None:
            tally.agreed += 1
        else:
            yield Disagreement(number, name, version, text)


def _checked(line: str) -> tuple[str, int, str | None]:
    """Return name and version of a vector, and what is wrong with it or None."""
    try:
        vector = json.loads(line)
        name, version = str(vector["name"]), int(vector["version"])
        body = bytes.fromhex(vector["hex"])
    except (ValueError, TypeError, KeyError) as error:
        return "", -1, f"no vector: {type(error).__name__}: {error}"
    try:
        if vector.get("refused", False):
            return name, version, _unrefused(name, version, body)
        return name, version, _difference(name, version, body, vector)
    except (ProtocolError, ApiError, ValueError) as error:
        return name, version, str(error).removeprefix(f"{name} v{version}: ")


def _unrefused(name: str, version: int, body: bytes) -> str | None:
    """Return what was read of a body that is none, or None if it was refused."""
    try:
        read = decode_exactly(message_named(name), version, body)
    except ProtocolError:
        return None
    return f"expected a refusal, found {to_json(read, version)}"


def _difference(
    name: str, version: int, body: bytes, vector: Mapping[str, Any]
) -> str | None:
    """Return where the codec differs from a vector, or None if it agrees."""
    meaning = vector.get("json")
    try:
        cls = message_named(name)
    except KeyError:
        return "no message has this name"
    read = decode_exactly(cls, version, body)
    again = _first_byte("written again", body, encode(read, version))
    if again is not None or meaning is None:
        return again
    expected = _in_present_names(name, meaning)
    different = _first_field("", expected, to_json(read, version))
    if different is not None:
        return different
    tags = tuple((n, bytes.fromhex(t)) for n, t in vector.get("unknownTags", ()))
    message = from_json(cls, version, expected)
    written = encode(replace(message, unknown_tags=tags) if tags else message, version)
    return _first_byte("written from json", body, written)


def _in_present_names(name: str, meaning: Any) -> Any:
    former = FORMER_FIELDS.get(name)
    return meaning if former is None else _renamed(former, meaning)


def _renamed(former: Mapping[str, str], value: Any) -> Any:
    if isinstance(value, dict):
        return {former.get(k, k): _renamed(former, v) for k, v in value.items()}
    if isinstance(value, list):
        return [_renamed(former, element) for element in value]
    return value


def _first_byte(what: str, expected: bytes, found: bytes) -> str | None:
    """Return the first byte where two bodies differ, or None."""
    if expected == found:
        return None
    pairs = zip(expected, found, strict=False)
    shorter = min(len(expected), len(found))
    at = next((i for i, (a, b) in enumerate(pairs) if a != b), shorter)
    here, there = expected[at : at + _SHOWN].hex(), found[at : at + _SHOWN].hex()
    return f"{what}, byte {at}: expected {here or 'the end'}, found {there or 'it'}"


def _first_field(path: str, expected: Any, found: Any) -> str | None:
    """Return the first field where two JSON values differ, or None."""
    where = path[1:] or "message"
    if isinstance(expected, dict) and isinstance(found, dict):
        names = (*expected, *(name for name in found if name not in expected))
        parts = (
            (f"{path}.{n}", expected.get(n, _ABSENT), found.get(n, _ABSENT))
            for n in names
        )
    elif isinstance(expected, list) and isinstance(found, list):
        if len(expected) != len(found):
            return f"{where}: expected {len(expected)} elements, found {len(found)}"
        pairs = enumerate(zip(expected, found, strict=True))
        parts = ((f"{path}[{i}]", a, b) for i, (a, b) in pairs)
    elif expected == found:
        return None
    else:
        return f"{where}: expected {expected!r}, found {found!r}"
    return next(filter(None, (_first_field(*part) for part in parts)), None)
