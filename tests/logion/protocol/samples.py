"""Messages made up from their declarations, to be written and read back.

Everything comes from a `random.Random`, so a seed gives the same message again.
"""

from __future__ import annotations

from random import Random
from typing import Any

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

TEXTS = ("", "a", "topic-0", "größer", "𝛼", "x" * 126, "y" * 127, "z" * 300)
COUNTS = (0, 1, 1, 2, 3, 3, 20)
MANY = 200
FLOATS = (0.0, -1.5, 1e300, float("inf"))
UNKNOWN = ((9_000, b""), (9_001, b"kept"), (2**31 - 1, b"t" * 200))
"""Tagged fields that no message declares."""


def sample(cls: type[Any], version: int, random: Random, *, tame: bool = False) -> Any:
    """Return a message of this class that its version can carry.

    Structs of flexible versions hold undeclared tagged fields at times. A tame message
    has none, and only numbers from 0 to 99: some readers give numbers a meaning.
    """
    is_flexible = version in schema_of(cls).flexible
    return _Maker(version, random, is_flexible=is_flexible, tame=tame).struct(cls)


class _Maker:
    def __init__(
        self, version: int, random: Random, *, is_flexible: bool, tame: bool
    ) -> None:
        self.version = version
        self.random = random
        self.is_tame = tame
        self.has_tags = is_flexible and not tame

    def struct(self, cls: type[Any]) -> Any:
        values = {f.name: self.field(f) for f in schema_of(cls).fields}
        if self.has_tags and self.random.random() < 0.1:
            values["unknown_tags"] = UNKNOWN[: self.random.randint(1, 3)]
        return cls(**values)

    def field(self, field: Field) -> Any:
        if self.version not in field.versions:
            return default_of(field)
        if self.version in field.nullable and self.random.random() < 0.3:
            return None
        if field.tag is not None and self.random.random() < 0.4:
            return default_of(field)
        return self.value(field.type)

    def value(self, type_: FieldType) -> Any:
        if isinstance(type_, type):
            return self.struct(type_)
        if isinstance(type_, Array):
            return self.array(type_.element)
        return self.single(type_)

    def array(self, element: FieldType) -> tuple[Any, ...]:
        count = self.random.choice(COUNTS)
        if isinstance(element, type):
            count = min(count, 3)
        elif self.random.random() < 0.05:
            count = MANY
        return tuple(self.value(element) for _ in range(count))

    def single(self, type_: WireType) -> Any:
        if type_ is STRING:
            return self.random.choice(TEXTS)
        if type_ is BOOL:
            return self.random.random() < 0.5
        if type_ is FLOAT64:
            return self.random.choice(FLOATS)
        if type_ in (BYTES, RECORDS, UUID):
            size = type_.size or self.random.choice((0, 1, 126, 127, 1000))
            return self.random.randbytes(size)
        return self.number(type_)

    def number(self, type_: WireType) -> int:
        if self.is_tame:
            return self.random.randrange(100)
        bits = 8 * type_.size
        low = 0 if type_.name.startswith("u") else -(1 << bits - 1)
        high = low + (1 << bits) - 1
        return self.random.choice((low, high, 0, 1, self.random.randint(low, high)))
