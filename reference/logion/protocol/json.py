"""Messages as JSON, with the names and forms of Apache Kafka's own JSON converters.

A struct is an object of the fields that its version has, named in camelCase; a tagged
field at its default is left out. Bytes and records are base64, a uuid 22 characters
of URL-safe base64, everything else is what it looks like. Tagged fields that are not
declared have no name, so they are not shown.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Callable
from typing import Any, TypeVar

from logion.names import format_uuid, parse_uuid
from logion.protocol.schema import (
    BOOL,
    BYTES,
    FLOAT64,
    INT8,
    INT16,
    INT32,
    INT64,
    RECORDS,
    REQUIRED,
    STRING,
    UINT16,
    UINT32,
    UUID,
    Array,
    Field,
    FieldType,
    WireType,
    default_of,
    schema_of,
    type_name,
)

T = TypeVar("T")


def to_json(message: object, version: int) -> dict[str, Any]:
    """Return a message as an object of JSON, with the fields this version has."""
    schema = schema_of(type(message))
    shown: dict[str, Any] = {}
    for field in schema.fields:
        value = getattr(message, field.name)
        if version in field.versions and not _is_left_out(field, version, value):
            shown[field.json] = _value_to_json(field.type, value, version)
    return shown


def from_json(cls: type[T], version: int, value: object) -> T:
    """Return the message that an object of JSON describes in one version.

    A field that has a default may be missing. ValueError, with the path of the field,
    if one is missing, unknown in this version, or of the wrong kind.
    """
    return _struct_from_json(cls, version, value, cls.__name__)


def _is_left_out(field: Field, version: int, value: object) -> bool:
    return field.is_tagged(version) and bool(value == default_of(field))


def _value_to_json(type_: FieldType, value: Any, version: int) -> Any:
    if value is None:
        return None
    if isinstance(type_, type):
        return to_json(value, version)
    if isinstance(type_, Array):
        return [_value_to_json(type_.element, item, version) for item in value]
    show = _TO_JSON.get(type_)
    return show(value) if show is not None else value


def _base64(value: Any) -> str:
    payload = value.read() if hasattr(value, "read") else value
    return b64encode(payload).decode()


_TO_JSON: dict[WireType, Callable[[Any], Any]] = {
    BYTES: _base64,
    RECORDS: _base64,
    UUID: format_uuid,
}


def _struct_from_json(cls: type[T], version: int, value: object, path: str) -> T:
    if not isinstance(value, dict):
        raise _wrong(path, "an object", value)
    fields = [f for f in schema_of(cls).fields if version in f.versions]
    if unknown := value.keys() - {field.json for field in fields}:
        raise ValueError(f"{path}: has no field {min(unknown)!r} in v{version}")
    values = {f.name: default_of(f) for f in schema_of(cls).fields}
    for field in fields:
        values[field.name] = _field_from_json(field, version, value, path)
    return cls(**values)


def _field_from_json(
    field: Field, version: int, found: dict[str, Any], path: str
) -> Any:
    if field.json not in found:
        if field.default is not REQUIRED:
            return field.default
        raise ValueError(f"{path}: field {field.json!r} is missing")
    value = found[field.json]
    where = f"{path}.{field.json}"
    if value is None and version in field.nullable:
        return None
    return _value_from_json(field.type, version, value, where)


def _value_from_json(type_: FieldType, version: int, value: Any, path: str) -> Any:
    if isinstance(type_, type):
        return _struct_from_json(type_, version, value, path)
    if isinstance(type_, Array):
        if not isinstance(value, list):
            raise _wrong(path, "an array", value)
        return tuple(
            _value_from_json(type_.element, version, item, f"{path}[{index}]")
            for index, item in enumerate(value)
        )
    try:
        return _FROM_JSON[type_](value)
    except (TypeError, ValueError) as error:
        raise _wrong(path, type_name(type_), value) from error


def _wrong(path: str, expected: str, value: object) -> ValueError:
    shown = repr(value)
    if len(shown) > 60:
        shown = f"{shown[:57]}..."
    return ValueError(f"{path}: expected {expected}, found {shown}")


def _integer(bits: int, *, signed: bool = True) -> Callable[[Any], int]:
    low = -(1 << bits - 1) if signed else 0
    high = low + (1 << bits)

    def integer(value: Any) -> int:
        if type(value) is not int or not low <= value < high:
            raise ValueError
        return value

    return integer


def _boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError
    return value


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError
    return float(value)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _from_base64(value: Any) -> bytes:
    return b64decode(_text(value), validate=True)


def _uuid(value: Any) -> bytes:
    return parse_uuid(_text(value))


_FROM_JSON: dict[WireType, Callable[[Any], Any]] = {
    BOOL: _boolean,
    INT8: _integer(8),
    INT16: _integer(16),
    INT32: _integer(32),
    INT64: _integer(64),
    UINT16: _integer(16, signed=False),
    UINT32: _integer(32, signed=False),
    FLOAT64: _number,
    STRING: _text,
    BYTES: _from_base64,
    RECORDS: _from_base64,
    UUID: _uuid,
}
