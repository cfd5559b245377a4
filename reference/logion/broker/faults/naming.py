"""What a message names: topics, partitions, groups, found in its declaration.

Nothing here knows a single API. A message is a tree: an array whose elements have a
topic's name is a list of topics, one whose elements have a partition's index a list of
partitions, and so on. So a request can be asked what it names, be divided by it, and
an answer has the places where an error can stand, for APIs that are not built yet too.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from functools import cache
from typing import Any, NamedTuple, TypeAlias

from logion.protocol.schema import INT32, STRING, Array, Field, schema_of


class Level(Enum):
    """What the elements of an array are, or TOP for the message itself."""

    TOP = "top"
    GROUP = "group"
    TRANSACTION = "transaction"
    TOPIC = "topic"
    PARTITION = "partition"
    MEMBER = "member"
    RESOURCE = "resource"
    OTHER = "other"
    """Anything else: a log directory, a feature, an ACL."""


Path: TypeAlias = tuple[Level, ...]
"""From the message to an element inside it; empty for the message itself."""

ERROR_FIELDS = frozenset({"error_code", "partition_error_code"})

KEYS = {
    Level.GROUP: ("group_id", "key"),
    Level.TRANSACTION: ("transactional_id", "v3_and_below_transactional_id"),
    Level.TOPIC: ("name", "topic", "topic_name"),
    Level.PARTITION: ("partition_index", "partition", "partition_id", "index"),
    Level.MEMBER: ("member_id",),
    Level.RESOURCE: ("resource_name",),
}
"""Fields that hold what an element of a level is called; each element has one."""

ALSO_KEYS = frozenset({"topic_id", "resource_type", "group_instance_id"})
"""Fields that tell elements apart beside those."""

_TOPIC_FIELDS = {"topic", "topic_name", "topic_id"}

_SCALARS = {
    "topic_names": Level.TOPIC,
    "subscribed_topic_names": Level.TOPIC,
    "groups": Level.GROUP,
    "group_ids": Level.GROUP,
    "groups_names": Level.GROUP,
    "coordinator_keys": Level.GROUP,
    "transactional_ids": Level.TRANSACTION,
    "partitions": Level.PARTITION,
    "partition_indexes": Level.PARTITION,
}
"""Arrays of plain names or numbers, and what these are of."""

_NOT_ASKED = {"forgotten_topics_data"}
"""Arrays that name what a request is no longer about."""


class Branch(NamedTuple):
    """An array of a message that names something."""

    field: Field
    level: Level
    element: type | None
    """Class of the elements; None where they are names or numbers."""


def branches(cls: type) -> tuple[Branch, ...]:
    """Return the arrays of a message or struct, each with what its elements are."""
    return _branches(cls)


@cache
def _branches(cls: type) -> tuple[Branch, ...]:
    found = []
    for field in schema_of(cls).fields:
        if not isinstance(field.type, Array) or field.name in _NOT_ASKED:
            continue
        element = field.type.element
        if isinstance(element, type):
            found.append(Branch(field, _level_of(element), element))
        elif element in (STRING, INT32) and field.name in _SCALARS:
            found.append(Branch(field, _SCALARS[field.name], None))
    return tuple(found)


def _level_of(cls: type) -> Level:
    names = {field.name for field in schema_of(cls).fields}
    if names & _TOPIC_FIELDS or ("name" in names and "Topic" in cls.__name__):
        return Level.TOPIC
    if "key" in names and "Coordinator" not in cls.__name__:
        return Level.OTHER  # of a setting or a quota
    for level in (Level.PARTITION, *KEYS):
        if level is not Level.TOPIC and names & set(KEYS[level]):
            return level
    return Level.OTHER


def levels(cls: type, version: int) -> tuple[Path, ...]:
    """Return where answers of this class have an error code, outermost first."""
    return _levels(cls, version)


@cache
def _levels(cls: type, version: int) -> tuple[Path, ...]:
    return tuple(sorted(_paths(cls, version, ()), key=len))


def _paths(cls: type, version: int, path: Path) -> Iterator[Path]:
    fields = {it.name for it in schema_of(cls).fields if version in it.versions}
    if fields & ERROR_FIELDS:
        yield path
    for branch in branches(cls):
        if branch.element is not None and version in branch.field.versions:
            yield from _paths(branch.element, version, (*path, branch.level))


def key_field(cls: type, level: Level) -> str | None:
    """Return the field that holds what an element of `level` is called."""
    names = {field.name for field in schema_of(cls).fields}
    return next((key for key in KEYS.get(level, ()) if key in names), None)


def key_of(element: Any, level: Level) -> Any:
    """Return what an element is called: a name, a number, or None."""
    if isinstance(element, str | int):
        return element
    name = key_field(type(element), level)
    return None if name is None else getattr(element, name)


def children(message: Any, level: Level) -> Iterator[Any]:
    """Yield the elements of `level` that a message or struct holds directly."""
    if isinstance(message, str | int):
        return
    for branch in branches(type(message)):
        if branch.level is level:
            yield from getattr(message, branch.field.name) or ()


def asks_for_all(message: Any, level: Level, version: int) -> bool:
    """Tell whether a request means every element of `level`: its list is null."""
    return any(
        branch.level is level
        and version in branch.field.versions
        and getattr(message, branch.field.name) is None
        for branch in branches(type(message))
    )
