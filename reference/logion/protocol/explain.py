"""Says which field was wrong, after a compiled reader or writer has failed.

It goes over the message again, one field at a time and in no hurry, and checks all
that the compiled code leaves to the failures of Python itself.

A path names fields as Kafka's JSON does: `topics[2].partitions[0].records`.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from math import inf
from struct import Struct, unpack_from
from struct import error as struct_error
from typing import Any, NoReturn

from logion.names import Buffer
from logion.protocol.primitives import (
    ELEMENTS_MAX,
    STRING_SIZE_MAX,
    VARINT_SIZE_MAX,
    read_varint,
)
from logion.protocol.reading import is_bounded
from logion.protocol.schema import (
    RECORDS,
    STRING,
    UUID,
    Array,
    Field,
    FieldType,
    Schema,
    WireType,
    schema_of,
    type_name,
)

UNEXPLAINED = "refused, though every field looks right"
"""What is said when the compiled reader and this module disagree; never, we hope."""


class FieldError(Exception):
    """The text to report: where, what was expected and what was found."""


def explain_bytes(cls: type, version: int, data: Buffer, offset: int) -> str:
    """Return why these bytes are not this message: path, offset, expected, found."""
    schema = schema_of(cls)
    walk = _Walk(
        data,
        offset,
        version,
        is_flexible=version in schema.flexible,
        elements_max=ELEMENTS_MAX if is_bounded(cls) else inf,
    )
    try:
        walk.struct(schema, "")
    except FieldError as error:
        return f"{schema.name} v{version}: {error}"
    # Our own mistake, but bytes from outside must not stop the broker.
    return f"{schema.name} v{version}: {UNEXPLAINED}"


def places_in(
    cls: type, version: int, data: Buffer, offset: int
) -> dict[str, tuple[int, int]]:
    """Return where each field of a message begins and ends, by its path.

    Fields that the version lacks are left out; of bytes that are no such message, those
    from the first wrong field on.
    """
    schema = schema_of(cls)
    is_flexible = version in schema.flexible
    walk = _Walk(data, offset, version, is_flexible=is_flexible, elements_max=inf)
    with suppress(FieldError):
        walk.struct(schema, "")
    return walk.places


class _Walk:
    """A position in data, and what to check there."""

    def __init__(
        self,
        data: Buffer,
        position: int,
        version: int,
        *,
        is_flexible: bool,
        elements_max: float,
    ) -> None:
        self._data = data
        self._position = position
        self._version = version
        self._is_flexible = is_flexible
        self._elements = 0
        self._elements_max = elements_max
        self.places: dict[str, tuple[int, int]] = {}

    def _fail(self, path: str, expected: str, found: str) -> NoReturn:
        where = path.removeprefix(".") or "message"
        raise FieldError(
            f"{where} at byte {self._position}: expected {expected}, found {found}"
        )

    def _left(self) -> int:
        return len(self._data) - self._position

    def _skip(self, path: str, size: int, what: str) -> int:
        """Step over `size` bytes; return where they began."""
        if size > self._left():
            self._fail(path, f"{what} of {size} bytes", f"{max(self._left(), 0)}")
        begin = self._position
        self._position += size
        return begin

    def struct(self, schema: Schema, path: str) -> None:
        """Check the fields of a struct, and its tag section."""
        tagged = {}
        for field in schema.fields:
            if self._version not in field.versions:
                continue
            if self._is_flexible and field.is_tagged(self._version):
                tagged[field.tag] = field
            else:
                self._field(field, path)
        if self._is_flexible:
            self._tag_section(tagged, path)

    def _tag_section(self, tagged: dict[int | None, Field], path: str) -> None:
        count = self._varint(f"{path}.tags", "count of tagged fields")
        self._count(f"{path}.tags", count)
        for _ in range(count):
            tag = self._varint(f"{path}.tags", "tag")
            size = self._varint(f"{path}.tags", "size of a tagged field")
            begin = self._skip(f"{path}.tags", size, f"tagged field {tag}")
            field = tagged.get(tag)
            if field is not None:
                self._position = begin
                self._field(field, path)
                if self._position != begin + size:
                    used = self._position - begin
                    self._fail(f"{path}.{field.json}", f"{size} bytes", f"{used}")

    def _varint(self, path: str, what: str) -> int:
        try:
            value, self._position = read_varint(self._data, self._position)
        except IndexError:
            self._fail(path, f"{what}, a varint", "the end of the data")
        except ValueError:
            self._fail(path, f"varint of at most {VARINT_SIZE_MAX} bytes", "more")
        return value

    def _field(self, field: Field, path: str) -> None:
        name = f"{path}.{field.json}"
        begin = self._position
        self._content_of(field, name)
        self.places[name.removeprefix(".")] = (begin, self._position)

    def _content_of(self, field: Field, name: str) -> None:
        is_nullable = self._version in field.nullable
        if isinstance(field.type, type) and is_nullable:
            null = 0 if field.is_tagged(self._version) else -1
            if self._fixed(name, "b", "mark of a nullable struct") > null:
                self.struct(schema_of(field.type), name)
            return
        self._value(
            field.type,
            name,
            is_nullable=is_nullable,
            is_compact=self._is_flexible and field.is_flexible,
        )

    def _value(
        self, type_: FieldType, path: str, *, is_nullable: bool, is_compact: bool
    ) -> None:
        if isinstance(type_, type):
            self.struct(schema_of(type_), path)
        elif isinstance(type_, WireType) and type_.size:
            self._skip(path, type_.size, f"{type_.name}")
        else:
            length = self._length(type_, path, is_compact=is_compact)
            if length >= 0:
                self._content(type_, path, length)
            elif length < -1:
                self._fail(path, "length of at least -1", f"{length}")
            elif not is_nullable:
                self._fail(path, f"{type_name(type_)}", "null")

    def _fixed(self, path: str, fmt: str, what: str) -> int:
        begin = self._skip(path, Struct(fmt).size, what)
        (value,) = unpack_from(f">{fmt}", self._data, begin)
        return int(value)

    def _length(self, type_: FieldType, path: str, *, is_compact: bool) -> int:
        what = f"length of {type_name(type_)}"
        if is_compact:
            return self._varint(path, what) - 1
        return self._fixed(path, "h" if type_ is STRING else "i", what)

    def _content(self, type_: FieldType, path: str, length: int) -> None:
        if isinstance(type_, Array):
            self._array(type_.element, path, length)
            return
        if type_ is STRING and length > STRING_SIZE_MAX:
            most = f"string of at most {STRING_SIZE_MAX} bytes"
            self._fail(path, most, f"{length}")
        begin = self._skip(path, length, type_name(type_))
        if type_ is STRING:
            self._utf8(path, begin)

    def _utf8(self, path: str, begin: int) -> None:
        try:
            str(self._data[begin : self._position], "utf-8")
        except UnicodeDecodeError as error:
            self._position = begin + error.start
            self._fail(path, "UTF-8", f"byte 0x{self._data[self._position]:02x}")

    def _array(self, element: FieldType, path: str, count: int) -> None:
        size = element.size if isinstance(element, WireType) else 0
        if count * (size or 1) > self._left():
            self._fail(path, f"{count} elements", f"{self._left()} bytes")
        if size:
            self._position += count * size
            return
        self._count(path, count)
        for index in range(count):
            self._value(
                element,
                f"{path}[{index}]",
                is_nullable=False,
                is_compact=self._is_flexible,
            )

    def _count(self, path: str, elements: int) -> None:
        """Count elements of arrays and tag sections, of all the message."""
        self._elements += elements
        if self._elements > self._elements_max:
            most = f"at most {self._elements_max:,} elements in all the message"
            self._fail(path, most, f"{self._elements:,} up to here")


def explain_value(message: object, version: int, failure: Exception) -> str:
    """Return which field of a message cannot be written, and why.

    `failure` is what the writer raised: the answer if every field looks right.
    """
    schema = schema_of(type(message))
    try:
        _check_struct(message, version, "")
    except FieldError as error:
        return f"{schema.name} v{version}: {error}"
    return f"{schema.name} v{version}: {failure}"


def _check_struct(message: Any, version: int, path: str) -> None:
    for field in schema_of(type(message)).fields:
        if version in field.versions:
            value = getattr(message, field.name)
            where = f"{path}.{field.json}"
            if value is not None or version not in field.nullable:
                _check_value(field.type, value, version, where)


def _check_value(type_: FieldType, value: Any, version: int, path: str) -> None:
    if isinstance(type_, type):
        _expect(isinstance(value, type_), type_, value, path)
        _check_struct(value, version, path)
    elif isinstance(type_, Array):
        _expect(isinstance(value, tuple | list), type_, value, path)
        for index, element in enumerate(value):
            _check_value(type_.element, element, version, f"{path}[{index}]")
    else:
        _expect(_fits(type_, value), type_, value, path)


def _fits(type_: WireType, value: object) -> bool:
    """Say whether a single value can be written as its type."""
    check = _CHECKS.get(type_.format[-1:])
    if check is not None:
        return check(value)
    if type_ is STRING:
        return isinstance(value, str) and _is_sendable(value)
    return type_ is RECORDS or isinstance(value, bytes | bytearray | memoryview)


def _is_sendable(value: str) -> bool:
    try:
        return len(value.encode()) <= STRING_SIZE_MAX
    except UnicodeEncodeError:
        return False


def _packs(fmt: str) -> Callable[[Any], bool]:
    pack = Struct(fmt).pack

    def is_packable(value: Any) -> bool:
        try:
            pack(value)
        except struct_error:
            return False
        return True

    return is_packable


def _is_uuid(value: object) -> bool:
    if not isinstance(value, bytes | bytearray | memoryview):
        return False
    return len(value) == UUID.size


_CHECKS = {
    **{fmt: _packs(f">{fmt}") for fmt in "?bhiqHId"},
    UUID.format[-1:]: _is_uuid,
}


def _expect(holds: object, type_: FieldType, value: object, path: str) -> None:
    if not holds:
        where = path.removeprefix(".")
        raise FieldError(f"{where}: expected {type_name(type_)}, found {value!r:.80}")
