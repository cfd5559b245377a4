"""Requests that make sense to a broker, made up from their declarations, and spoilt.

Everything comes from a `random.Random`, so a seed gives the same frames again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

from logion.protocol.apis import request_class
from logion.protocol.headers import encode_request
from logion.protocol.schema import (
    BOOL,
    BYTES,
    FLOAT64,
    RECORDS,
    STRING,
    UUID,
    Array,
    Field,
    FieldType,
    WireType,
    default_of,
    schema_of,
)

NAMES = ("t", "t", "t", "u", "", "a.b", "retention.ms", "cleanup.policy", "1", "x y")
NUMBERS = (0, 0, 0, 1, 1, 2, 4, -1, -2, 100)


class RequestMaker:
    """Makes requests about the topics a broker has."""

    def __init__(
        self, random: Random, topic_ids: Sequence[bytes], records: Sequence[bytes]
    ) -> None:
        """Speak of these topics, and produce these records."""
        self._random = random
        self._topic_ids = topic_ids
        self._records = records
        self._version = 0

    def frame(self, served: Mapping[int, tuple[int, int]]) -> bytes:
        """Return a request of any API and version, with its size in front."""
        key = self._random.choice(list(served))
        self._version = self._random.randint(*served[key])
        request = self._struct(request_class(key))
        pieces = encode_request(request, self._version, self._random.randrange(9), "c")
        return b"".join(bytes(piece) for piece in pieces)

    def _struct(self, cls: type[Any]) -> Any:
        return cls(
            **{field.name: self._field(field) for field in schema_of(cls).fields}
        )

    def _field(self, field: Field) -> Any:
        if self._version not in field.versions:
            return default_of(field)
        if self._version in field.nullable and self._random.random() < 0.2:
            return None
        return self._value(field.type)

    def _value(self, type_: FieldType) -> Any:
        if isinstance(type_, type):
            return self._struct(type_)
        if isinstance(type_, Array):
            count = self._random.choice((0, 1, 1, 2, 3))
            return tuple(self._value(type_.element) for _ in range(count))
        return self._single(type_)

    def _single(self, type_: WireType) -> Any:
        random = self._random
        if type_ is STRING:
            return random.choice(NAMES)
        if type_ is BOOL:
            return random.random() < 0.5
        if type_ is FLOAT64:
            return random.random()
        if type_ is UUID:
            return random.choice((*self._topic_ids, bytes(16), b"\x01" * 16))
        if type_ in (BYTES, RECORDS):
            return spoilt(random, random.choice(self._records), chance=0.3)
        return self._number(type_)

    def _number(self, type_: WireType) -> int:
        bits = 8 * type_.size
        low = 0 if type_.name.startswith("u") else -(1 << bits - 1)
        high = low + (1 << bits) - 1
        chosen = self._random.choice((*NUMBERS, low, high))
        return min(max(chosen, low), high)


def spoilt(random: Random, data: bytes, *, chance: float) -> bytes:
    """Return `data`, with this chance flipped, cut, stretched or overwritten."""
    if random.random() >= chance or not data:
        return data
    at = random.randrange(len(data))
    match random.randrange(4):
        case 0:
            return (
                data[:at]
                + bytes([data[at] ^ 1 << random.randrange(8)])
                + data[at + 1 :]
            )
        case 1:
            return data[:at]
        case 2:
            return data[:at] + random.randbytes(random.randrange(1, 9)) + data[at:]
        case _:
            extreme = random.choice(
                (b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", bytes(4))
            )
            return data[:at] + extreme + data[at + 4 :]


def resized(frame: bytes) -> bytes:
    """Return a frame whose size in front says what is there."""
    return (len(frame) - 4).to_bytes(4) + frame[4:] if len(frame) >= 4 else frame
