"""How a message is declared: one class is its type, its wire form and its text.

A declaration is a class whose fields are made with `wire`:

    @struct
    class Endpoint:
        '''Where a broker listens.'''

        host: str = wire(STRING)
        '''Name or address to connect to.'''
        rack: str | None = wire(STRING, "1+", nullable="1+", default=None)
        '''Rack of the broker; null if it has none.'''

One class serves every version of its message: a field says in which versions it
travels. `logion.protocol.codec` compiles the wire form of each version at its
first use. Instances have slots, compare by value and are not to be changed.

Source: the message definitions of Apache Kafka and their README (KIP-482, KIP-893).
"""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter
from typing import Any, TypeVar, cast, dataclass_transform

from logion.names import ZERO_UUID

T = TypeVar("T")

LAST_VERSION = 32767
"""Largest version an int16 can carry: the end of every open range of versions."""


class WireType:
    """How one value travels: its Kafka name, its `struct` format if it has a fixed
    size, that size in bytes (0 if it varies), and the value it has by default."""

    __slots__ = ("default", "format", "name", "size")

    def __init__(self, name: str, default: object, fmt: str = "", size: int = 0):
        """Describe a type; `fmt` is empty if its size varies."""
        self.name = name
        self.default = default
        self.format = fmt
        self.size = size

    def __repr__(self) -> str:
        """Return Kafka's name of the type."""
        return self.name


BOOL = WireType("bool", default=False, fmt="?", size=1)
INT8 = WireType("int8", 0, "b", 1)
INT16 = WireType("int16", 0, "h", 2)
INT32 = WireType("int32", 0, "i", 4)
INT64 = WireType("int64", 0, "q", 8)
UINT16 = WireType("uint16", 0, "H", 2)
UINT32 = WireType("uint32", 0, "I", 4)
FLOAT64 = WireType("float64", 0.0, "d", 8)
UUID = WireType("uuid", ZERO_UUID, "16s", 16)
STRING = WireType("string", "")
BYTES = WireType("bytes", b"")
RECORDS = WireType("records", None)


class Array:
    """The type of a field that holds a tuple of `element`s."""

    __slots__ = ("element",)

    def __init__(self, element: WireType | type):
        """Describe an array of a wire type or of a struct."""
        self.element = element

    def __repr__(self) -> str:
        """Return Kafka's name of the type: `[]int32`."""
        return f"[]{type_name(self.element)}"


def array(element: WireType | type) -> Array:
    """Return the type of a tuple of `element`s: a wire type or a `@struct` class."""
    return Array(element)


FieldType = WireType | Array | type
"""What a field can be declared as; a class must be a `@struct`."""


class _Required:
    """The absence of a default: the constructor needs a value."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "REQUIRED"


REQUIRED: Any = _Required()
"""Stands in `Field.default` for "the constructor needs a value"."""


class Field:
    """One field of a struct: where it stands in which version, and its default.

    `versions`, `nullable` and `tagged` are ranges of versions; `tag` is None for a
    field that is never tagged. `is_flexible` is false for the one string of the
    protocol that keeps its old form in flexible versions (RequestHeader.ClientId).
    """

    __slots__ = (
        "default",
        "ignorable",
        "is_flexible",
        "json",
        "name",
        "nullable",
        "tag",
        "tagged",
        "type",
        "versions",
    )

    name: str
    type: FieldType
    versions: range
    nullable: range
    tag: int | None
    tagged: range
    default: Any
    ignorable: bool
    is_flexible: bool
    json: str

    def __repr__(self) -> str:
        """Return the declaration in short."""
        return f"{self.name}: {type_name(self.type)} {versions_text(self.versions)}"

    def is_tagged(self, version: int) -> bool:
        """Say whether the field stands in the tag section in `version`."""
        return self.tag is not None and version in self.tagged


def wire(  # noqa: PLR0913  # a declaration names everything that is unusual about it
    type_: WireType | Array | type,
    versions: str = "0+",
    *,
    nullable: str = "none",
    tag: int | None = None,
    tagged: str = "",
    default: Any = REQUIRED,
    ignorable: bool = False,
    flexible: str = "",
    name: str = "",
) -> Any:
    """Declare a field. Versions are written as Kafka does: "0+", "3-7", "5", "none".

    versions    where the field exists
    nullable    where it may be null
    tag         its number, if it stands in the tag section, from `tagged` on
                (omitted: wherever the field exists)
    default     what it is in versions without it; omitted: a value is required
    ignorable   whether another value than the default may be dropped silently in a
                version that lacks the field; if not, writing fails
    flexible    "none" for a string that keeps its int16 length everywhere
    name        its name in JSON, if that is not the camelCase of the attribute
    """
    field = Field()
    field.type = type_
    field.versions = parse_versions(versions)
    field.nullable = parse_versions(nullable)
    field.tag = tag
    field.tagged = parse_versions(tagged) if tagged else field.versions
    field.default = default
    field.ignorable = ignorable
    field.is_flexible = flexible != "none"
    field.json = name
    return field


def parse_versions(text: str) -> range:
    """Return the versions that Kafka writes as "0+", "3-7", "5" or "none"."""
    if text == "none":
        return range(0)
    first, dash, last = text.partition("-")
    if dash:
        return range(int(first), int(last) + 1)
    if text.endswith("+"):
        return range(int(text[:-1]), LAST_VERSION + 1)
    return range(int(text), int(text) + 1)


def versions_text(versions: range) -> str:
    """Return a range of versions as Kafka writes it: the inverse of parse_versions."""
    if not versions:
        return "none"
    first, last = versions[0], versions[-1]
    if last == LAST_VERSION:
        return f"{first}+"
    return str(first) if first == last else f"{first}-{last}"


def camel_case(name: str) -> str:
    """Return Kafka's JSON name of an attribute: `topic_id` is `topicId`."""
    first, *rest = name.split("_")
    return first + "".join(word[:1].upper() + word[1:] for word in rest)


class Schema:
    """What a declared class says of itself; `schema_of(cls)` returns it.

    `kind` is "struct", "request", "response" or "message". Structs have no versions
    of their own: they follow the message that holds them. `api` is the key of a
    request or response. `readers` and `writers` hold what the codec has compiled.
    """

    __slots__ = (
        "api",
        "fields",
        "flexible",
        "kind",
        "name",
        "values",
        "versions",
    )

    def __init__(self, kind: str, versions: range, flexible: range, api: int | None):
        """Describe a class whose name and fields `_declare` fills in."""
        self.kind = kind
        self.versions = versions
        self.flexible = flexible
        self.api = api
        self.name = ""
        self.fields: tuple[Field, ...] = ()
        self.values: Callable[[object], object] = repr


def schema_of(cls: type) -> Schema:
    """Return the schema of a declared class; TypeError if it is not one."""
    schema: Schema | None = cls.__dict__.get("__wire__")
    if schema is None:
        raise TypeError(f"{cls.__name__} is not declared with logion.protocol.schema")
    return schema


@dataclass_transform(
    kw_only_default=True, frozen_default=True, field_specifiers=(wire,)
)
def struct(cls: type[T]) -> type[T]:
    """Make a class a struct: a part of messages, without versions of its own."""
    return _declare(cls, Schema("struct", range(0), range(0), None))


@dataclass_transform(
    kw_only_default=True, frozen_default=True, field_specifiers=(wire,)
)
def request(
    *, api: int, versions: str, flexible: str = "none"
) -> Callable[[type[T]], type[T]]:
    """Make a class the request of an API, in these versions."""
    return _message("request", versions, flexible, api)


@dataclass_transform(
    kw_only_default=True, frozen_default=True, field_specifiers=(wire,)
)
def response(
    *, api: int, versions: str, flexible: str = "none"
) -> Callable[[type[T]], type[T]]:
    """Make a class the response of an API, in these versions."""
    return _message("response", versions, flexible, api)


@dataclass_transform(
    kw_only_default=True, frozen_default=True, field_specifiers=(wire,)
)
def message(*, versions: str, flexible: str = "none") -> Callable[[type[T]], type[T]]:
    """Make a class a message of no API: a header, a stored record, an embedded blob."""
    return _message("message", versions, flexible, None)


def _message(
    kind: str, versions: str, flexible: str, api: int | None
) -> Callable[[type[T]], type[T]]:
    schema = Schema(kind, parse_versions(versions), parse_versions(flexible), api)
    return lambda cls: _declare(cls, schema)


def _declare(cls: type[T], schema: Schema) -> type[T]:
    """Return `cls` again with slots for its fields, and methods that compare them."""
    body = dict(cls.__dict__)
    fields = tuple(_named(k, v) for k, v in body.items() if isinstance(v, Field))
    for name in (*(field.name for field in fields), "__dict__", "__weakref__"):
        body.pop(name, None)
    slots = (*(field.name for field in fields), "unknown_tags")
    schema.name = cls.__name__
    schema.fields = fields
    schema.values = attrgetter(*slots)
    body |= _METHODS
    body |= {"__slots__": slots, "__wire__": schema, "__qualname__": cls.__qualname__}
    again: Any = type(cls.__name__, cls.__bases__, body)
    return cast("type[T]", again)


def _named(name: str, field: Field) -> Field:
    field.name = name
    field.json = field.json or camel_case(name)
    return field


def _init_first(self: Any, **values: Any) -> None:
    """Compile the constructor at its first call: most classes are never built so."""
    cls = type(self)
    cls.__init__ = _compile_init(schema_of(cls))
    cls.__init__(self, **values)


def _compile_init(schema: Schema) -> Callable[..., None]:
    defaults = {f"_{f.name}": f.default for f in schema.fields}
    parameters = [
        f.name if f.default is REQUIRED else f"{f.name}=_{f.name}"
        for f in schema.fields
    ]
    names = [*(f.name for f in schema.fields), "unknown_tags"]
    source = f"def __init__(self, *, {', '.join([*parameters, 'unknown_tags=()'])}):\n"
    source += "".join(f"    self.{name} = {name}\n" for name in names)
    namespace: dict[str, Any] = defaults
    exec(source, namespace)  # noqa: S102  # made of the declaration alone
    init: Callable[..., None] = namespace["__init__"]
    init.__qualname__ = f"{schema.name}.__init__"
    return init


def _eq(self: Any, other: Any) -> Any:
    if type(self) is not type(other):
        return NotImplemented
    values = self.__wire__.values
    return values(self) == values(other)


def _hash(self: Any) -> int:
    return hash(self.__wire__.values(self))


def _repr(self: Any) -> str:
    shown = [f.name for f in self.__wire__.fields if getattr(self, f.name) != f.default]
    if self.unknown_tags:
        shown.append("unknown_tags")
    text = ", ".join(f"{name}={getattr(self, name)!r}" for name in shown)
    return f"{type(self).__name__}({text})"


def replace(instance: T, **changes: Any) -> T:
    """Return a copy of a message or struct with these fields changed.

    `unknown_tags` counts as a field. TypeError for a name that is not one.
    """
    names: tuple[str, ...] = type(instance).__slots__  # type: ignore[attr-defined]
    if wrong := changes.keys() - set(names):
        raise TypeError(f"{type(instance).__name__} has no field {min(wrong)!r}")
    copy = object.__new__(type(instance))
    for name in names:
        setattr(copy, name, changes.get(name, getattr(instance, name)))
    return copy


_METHODS: dict[str, Any] = {
    "__init__": _init_first,
    "__eq__": _eq,
    "__hash__": _hash,
    "__repr__": _repr,
    "__replace__": replace,
}


def unknown_tags(instance: object) -> tuple[tuple[int, bytes], ...]:
    """Return the tagged fields that were read but are not declared: (tag, bytes)."""
    tags: tuple[tuple[int, bytes], ...] = instance.unknown_tags  # type: ignore[attr-defined]
    return tags


def default_of(field: Field) -> Any:
    """Return the value a field has where it does not travel.

    A field declared without one has Kafka's own: zero, false, empty, or a struct of
    such values.
    """
    if field.default is not REQUIRED:
        return field.default
    if isinstance(field.type, WireType):
        return field.type.default
    if isinstance(field.type, Array):
        return ()
    return zero_of(field.type)


def zero_of(cls: type[T]) -> T:
    """Return an instance of a declared class whose fields all have their default."""
    return cls(**{f.name: default_of(f) for f in schema_of(cls).fields})


def type_name(type_: FieldType) -> str:
    """Return Kafka's name of a type: `int32`, `[]string`, `[]FetchTopic`."""
    return type_.__name__ if isinstance(type_, type) else repr(type_)
