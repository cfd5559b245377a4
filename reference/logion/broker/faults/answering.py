"""Answers with an error in them, built from a request or put over another answer.

Four steps, all pure and all by the declarations of the messages:

1. `place`: at which level Kafka has this error in this answer.
2. `divide`: the part of the request that a rule means, and the rest.
3. `refuse`: the answer to a request in which everything asked has the error.
4. `overlay`: one answer over another: what both name is taken from the upper one.

`spoil` puts an error into an answer itself, where the request names nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from logion.broker.faults.matching import TopicNames, admits
from logion.broker.faults.naming import (
    ALSO_KEYS,
    ERROR_FIELDS,
    KEYS,
    Level,
    Path,
    branches,
    children,
    key_field,
    levels,
)
from logion.broker.faults.rule import Rule
from logion.protocol.errors import Error
from logion.protocol.schema import Field, WireType, default_of, replace, schema_of

OF_THE_WHOLE = frozenset(
    {
        Error.COORDINATOR_LOAD_IN_PROGRESS,
        Error.COORDINATOR_NOT_AVAILABLE,
        Error.NOT_COORDINATOR,
        Error.GROUP_AUTHORIZATION_FAILED,
        Error.INVALID_GROUP_ID,
        Error.ILLEGAL_GENERATION,
        Error.UNKNOWN_MEMBER_ID,
        Error.REBALANCE_IN_PROGRESS,
        Error.FENCED_INSTANCE_ID,
        Error.FENCED_MEMBER_EPOCH,
        Error.STALE_MEMBER_EPOCH,
        Error.UNRELEASED_INSTANCE_ID,
        Error.GROUP_ID_NOT_FOUND,
        Error.NON_EMPTY_GROUP,
        Error.CLUSTER_AUTHORIZATION_FAILED,
        Error.TRANSACTIONAL_ID_AUTHORIZATION_FAILED,
        Error.NOT_CONTROLLER,
        Error.UNSUPPORTED_VERSION,
        Error.FETCH_SESSION_ID_NOT_FOUND,
        Error.INVALID_FETCH_SESSION_EPOCH,
        Error.FETCH_SESSION_TOPIC_ID_ERROR,
        Error.SHARE_SESSION_NOT_FOUND,
        Error.INVALID_SHARE_SESSION_EPOCH,
        Error.SHARE_SESSION_LIMIT_REACHED,
        Error.REBOOTSTRAP_REQUIRED,
    }
)
"""Errors of a request as a whole: they stand as far out in its answer as any can."""

BESIDE_AN_ERROR = {
    "base_offset": -1,
    "high_watermark": -1,
    "low_watermark": -1,
    "committed_offset": -1,
    "end_offset": -1,
    "generation_id": -1,
    "leader_id": -1,
    "node_id": -1,
    "port": -1,
    "producer_id": -1,
    "producer_epoch": -1,
    "records": b"",
}
"""What Kafka has in fields without a default of their own beside an error."""

Test: TypeAlias = Callable[[Level, Any], bool]
"""Tells whether an element of a message is meant."""


def meant_by(rule: Rule, topic_name: TopicNames) -> Test:
    """Return what tells whether a rule means an element of a message."""
    return lambda level, element: admits(rule, level, element, topic_name)


def place(
    rule: Rule, error: Error, request: Any, answer_class: type, version: int
) -> Path:
    """Return where in an answer the error stands.

    The rule may name the level. Else a rule for a partition is about partitions, an
    error of the whole stands outermost, and any other as deep as the request asks.
    """
    paths = levels(answer_class, version)
    assert paths, f"{answer_class.__name__} v{version} cannot tell an error"
    if rule.level is not None:
        wanted = [it for it in paths if (it[-1:] or (Level.TOP,)) == (rule.level,)]
        return (wanted or paths)[0]
    if rule.partitions:
        return next((it for it in paths if Level.PARTITION in it), paths[-1])
    if error in OF_THE_WHOLE:
        return paths[0]
    asked = [it for it in paths if _can_hold(type(request), it, version)]
    if rule.topic is not None:
        about = (Level.TOPIC, Level.RESOURCE)
        asked = [it for it in asked if set(it) & set(about)] or asked
    return asked[-1] if asked else paths[0]


def _can_hold(cls: type, path: Path, version: int) -> bool:
    """Tell whether requests of this class have elements at the end of `path`."""
    if not path:
        return True
    return any(
        branch.level is path[0]
        and version in branch.field.versions
        and (len(path) == 1 or branch.element is None or _within(branch, path, version))
        for branch in branches(cls)
    )


def _within(branch: Any, path: Path, version: int) -> bool:
    return _can_hold(branch.element, path[1:], version)


def divide(request: Any, path: Path, is_meant: Test) -> tuple[Any, Any]:
    """Return the part of a request that is meant, and the rest; None for nothing."""
    if not path:
        return request, None
    meant: dict[str, Any] = {}
    rest: dict[str, Any] = {}
    for branch in branches(type(request)):
        if branch.level is path[0]:
            name = branch.field.name
            elements = getattr(request, name) or ()
            pairs = [_divide_one(it, path, is_meant) for it in elements]
            meant[name] = tuple(it for it, _ in pairs if it is not None)
            rest[name] = tuple(it for _, it in pairs if it is not None)
    return (
        replace(request, **meant) if any(meant.values()) else None,
        replace(request, **rest) if any(rest.values()) else None,
    )


def _divide_one(element: Any, path: Path, is_meant: Test) -> tuple[Any, Any]:
    if not is_meant(path[0], element):
        return None, element
    if len(path) == 1 or isinstance(element, str | int):
        return element, None
    meant, rest = divide(element, path[1:], is_meant)
    return (None, element) if meant is None else (meant, rest)


def refuse(cls: type, source: Any, path: Path, error: Error, version: int) -> Any:
    """Return the answer to `source`, a request, in which all at `path` has the error.

    It names what the request names; everything else is as Kafka has it beside an error.
    """
    values = _named(cls, source, version)
    for field in schema_of(cls).fields:
        if not path and field.name in ERROR_FIELDS:
            values[field.name] = error
    for branch in branches(cls) if path else ():
        is_there = version in branch.field.versions
        if branch.level is path[0] and is_there and branch.element is not None:
            values[branch.field.name] = tuple(
                refuse(branch.element, it, path[1:], error, version)
                for it in children(source, path[0])
            )
    return cls(**values)


def _named(cls: type, source: Any, version: int) -> dict[str, Any]:
    """Return the fields of an answer without its errors, named as its request is."""
    return {
        field.name: _value(field, source, version)
        if version in field.versions
        else default_of(field)
        for field in schema_of(cls).fields
    }


def _value(field: Field, source: Any, version: int) -> Any:
    otherwise = BESIDE_AN_ERROR.get(field.name, default_of(field))
    value = _name_in(source, field.name, otherwise)
    return _empty(field) if value is None and version not in field.nullable else value


def _empty(field: Field) -> Any:
    """Return what stands for null in a version that has none."""
    return field.type.default if isinstance(field.type, WireType) else None


def _name_in(source: Any, name: str, otherwise: Any) -> Any:
    """Return what a request has under the name, or under another name of the level."""
    for names in KEYS.values():
        if name in names:
            if isinstance(source, str | int):
                return source
            found = next((it for it in names if hasattr(source, it)), None)
            return otherwise if found is None else getattr(source, found)
    return getattr(source, name, otherwise) if name in ALSO_KEYS else otherwise


def overlay(lower: Any, upper: Any, path: Path) -> Any:
    """Return `lower` with what `upper` has at the end of `path`, in place or added."""
    if not path:
        return upper
    changes: dict[str, Any] = {}
    for branch in branches(type(lower)):
        over = getattr(upper, branch.field.name)
        if branch.level is path[0] and branch.element is not None and over:
            under = getattr(lower, branch.field.name) or ()
            changes[branch.field.name] = _laid_over(under, over, path)
    return replace(lower, **changes)


def _laid_over(lower: Any, upper: Any, path: Path) -> tuple[Any, ...]:
    """Return the elements of one array with those of another in place or behind."""
    found = {_identity(it, path[0]): it for it in lower}
    for element in upper:
        key = _identity(element, path[0])
        known = found.get(key)
        found[key] = element if known is None else overlay(known, element, path[1:])
    return tuple(found.values())


def _identity(element: Any, level: Level) -> tuple[Any, ...]:
    name = key_field(type(element), level)
    names = ([name] if name else []) + sorted(ALSO_KEYS)
    return tuple(getattr(element, it, None) for it in names)


def spoil(answer: Any, path: Path, error: Error, is_meant: Test, version: int) -> Any:
    """Return an answer with the error at the end of `path`, wherever that is meant."""
    if not path:
        spoilt = refuse(type(answer), answer, (), error, version)
        pause = getattr(answer, "throttle_time_ms", None)
        return spoilt if pause is None else replace(spoilt, throttle_time_ms=pause)
    changes = {}
    for branch in branches(type(answer)):
        if branch.level is path[0] and branch.element is not None:
            changes[branch.field.name] = tuple(
                spoil(it, path[1:], error, is_meant, version)
                if is_meant(path[0], it)
                else it
                for it in getattr(answer, branch.field.name) or ()
            )
    return replace(answer, **changes)
