"""Vectors made by our own codec: what others test theirs with. Pure, and never chance.

Every declared message in each of its versions, in variants; docs/vectors.md says what
the variants are. `logion.protocol.vectors` reads what is made here.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypedDict

from logion.protocol.codec import encode
from logion.protocol.explain import places_in
from logion.protocol.json import to_json
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
    replace,
    schema_of,
)

TYPICAL, NULLS, LIMITS, UNKNOWN_TAGS = "typical", "nulls", "limits", "unknown-tags"

VARIANTS = (TYPICAL, NULLS, LIMITS, UNKNOWN_TAGS)
"""The variants that can be read."""

UNKNOWN = ((9_000, b""), (9_001, b"unknown"))
"""Tagged fields that no message declares, number and bytes."""

NUMBER_MAX = 90
"""Numbers of typical messages: small, so that they pass for error codes, too."""

LONG = "x" * 127
"""The first text whose size takes two bytes in flexible versions."""

HUGE = b"\x7f\xff\xff\xff"
VARINT_OF_MANY = b"\xff\xff\xff\xff\x07"


class Keyed(TypedDict, total=False):
    """Which API a message is of; nothing for a message of none."""

    apiKey: int


class Named(Keyed):
    """What every vector of a message begins with."""

    name: str
    version: int
    isFlexible: bool
    variant: str


class Tagged(TypedDict, total=False):
    """Number and bytes of tagged fields that have no name."""

    unknownTags: list[tuple[int, str]]


class Body(Named, Tagged):
    """A message body, and what it means: docs/vectors.md."""

    json: object
    hex: str


class Malformed(Named):
    """Bytes that are no such message, and why."""

    why: str
    refused: bool
    hex: str


def vectors_of(cls: type[Any], version: int) -> Iterator[Body | Malformed]:
    """Yield the vectors of a message in one version, those that are refused last."""
    for variant in VARIANTS:
        message = made(cls, version, variant)
        if message is None:
            continue
        body = encode(message, version)
        yield {
            **named(cls, version, variant),
            "json": to_json(message, version),
            **tagged(variant),
            "hex": body.hex(),
        }
    typical = encode(made(cls, version, TYPICAL), version)
    for why, body in malformed(cls, version, typical):
        yield {
            **named(cls, version, "malformed"),
            "why": why,
            "refused": True,
            "hex": body.hex(),
        }


def named(cls: type[Any], version: int, variant: str) -> Named:
    """Return what every vector begins with."""
    schema = schema_of(cls)
    key: Keyed = {} if schema.api is None else {"apiKey": schema.api}
    return {
        "name": schema.name,
        **key,
        "version": version,
        "isFlexible": version in schema.flexible,
        "variant": variant,
    }


def tagged(variant: str) -> Tagged:
    """Return what a vector says of the tagged fields that have no name."""
    if variant != UNKNOWN_TAGS:
        return {}
    return {"unknownTags": [(number, data.hex()) for number, data in UNKNOWN]}


def made(cls: type[Any], version: int, variant: str) -> Any:
    """Return a message of a variant; None if the version can have none."""
    is_flexible = version in schema_of(cls).flexible
    if variant == UNKNOWN_TAGS:
        if not is_flexible:
            return None
        return replace(_Maker(version, TYPICAL).struct(cls), unknown_tags=UNKNOWN)
    return _Maker(version, variant).struct(cls)


class _Maker:
    """Makes messages whose values differ from each other, by counting."""

    def __init__(self, version: int, variant: str) -> None:
        self.version = version
        self.variant = variant
        self.count = 0

    def struct(self, cls: type[Any]) -> Any:
        return cls(**{f.name: self.field(f) for f in schema_of(cls).fields})

    def field(self, field: Field) -> Any:
        if self.version not in field.versions:
            return default_of(field)
        if self.variant == NULLS:
            if self.version in field.nullable:
                return None
            if field.is_tagged(self.version):
                return default_of(field)
        return self.value(field.type)

    def value(self, type_: FieldType) -> Any:
        if isinstance(type_, type):
            return self.struct(type_)
        if isinstance(type_, Array):
            size = {NULLS: 0, LIMITS: 1}.get(self.variant, 2)
            return tuple(self.value(type_.element) for _ in range(size))
        self.count += 1
        return self.plain(type_) if self.variant == TYPICAL else self.extreme(type_)

    def plain(self, type_: WireType) -> Any:
        number = self.count % NUMBER_MAX + 1
        if type_ is STRING:
            return f"text {self.count}"
        if type_ in (BYTES, RECORDS):
            return f"bytes {self.count}".encode()
        if type_ is UUID:
            return bytes([*range(15), number])
        if type_ is FLOAT64:
            return number / 2
        return self.count % 2 == 1 if type_ is BOOL else number

    def extreme(self, type_: WireType) -> Any:
        is_high = self.variant == LIMITS and self.count % 2 == 1
        if type_ is STRING:
            return (LONG if is_high else "größer 𝛼") if self.variant == LIMITS else ""
        if type_ in (BYTES, RECORDS):
            return bytes(range(256)) if is_high else b""
        if type_ is UUID:
            return b"\xff" * 16 if is_high else bytes(16)
        if type_ is FLOAT64:
            return 1e300 if is_high else 0.0
        if type_ is BOOL:
            return is_high
        return self.number(type_, is_high=is_high)

    def number(self, type_: WireType, *, is_high: bool) -> int:
        if self.variant == NULLS:
            return 0
        bits = 8 * type_.size
        is_signed = not type_.name.startswith("u")
        if is_high:
            return (1 << bits - is_signed) - 1
        return -(1 << bits - 1) if is_signed else 0


def malformed(cls: type[Any], version: int, body: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield what is wrong, and a body in which it is so."""
    if not body:
        return
    yield "the last byte is missing", body[:-1]
    yield from _wrong_sizes(cls, version, body)


def _wrong_sizes(
    cls: type[Any], version: int, body: bytes
) -> Iterator[tuple[str, bytes]]:
    """Yield bodies whose first array, text or bytes has a size that cannot be."""
    is_flexible = version in schema_of(cls).flexible
    places = places_in(cls, version, body, 0)
    for field in schema_of(cls).fields:
        place = places.get(field.json)
        if place is None or field.is_tagged(version) or not field.is_flexible:
            continue
        if not isinstance(field.type, Array) and field.type not in (STRING, BYTES):
            continue
        size = 2 if field.type is STRING else 4
        many, size = (VARINT_OF_MANY, 1) if is_flexible else (HUGE[:size], size)
        rest = body[place[0] + size :]
        head = body[: place[0]]
        yield f"{field.json} claims more than there is", head + many + rest
        if version not in field.nullable:
            null = b"\0" if is_flexible else b"\xff" * size
            yield f"{field.json} is null, and must not be", head + null + rest
        return
