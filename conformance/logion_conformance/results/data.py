"""Reports as JSON, and back: docs/conformance-report.md describes the form.

The form is that of the values in `model`, field by field. A reader takes no field for
granted and ignores those it does not know, so a minor addition breaks nobody.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import MISSING, asdict, fields, is_dataclass, replace
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from logion_conformance.results.model import FORMAT, Judged, Report

T = TypeVar("T")


class BadReport(Exception):  # noqa: N818 - named for what it is
    """Not a report: the text says where, what was expected and what was found."""


def write(report: Report) -> str:
    """Return a report as JSON."""
    return json.dumps(asdict(report), indent=1, ensure_ascii=False) + "\n"


def brief(report: Report) -> str:
    """Return a report as JSON to be kept, which reads as a report: verdicts with their
    reasons, but not what was said, nor what has no other value than usual."""
    data = {**asdict(report), "cases": []}
    if report.ended_early is None:
        del data["ended_early"]
    data["target"] = spare(replace(report.target, bootstrap="", apis=()))
    cases = ",\n".join(json.dumps(spare(bare(it))) for it in report.cases)
    head = json.dumps(data, indent=1, ensure_ascii=False)
    return head.replace('"cases": []', f'"cases": [\n{cases}\n ]') + "\n"


def bare(case: Judged) -> Judged:
    """Return a case without its words, its trials with no more than verdicts; of trials
    that are then alike one."""
    trials = (replace(it, seconds=0.0, story=None) for it in case.trials)
    return replace(case, cites="", says="", trials=tuple(dict.fromkeys(trials)))


def spare(value: Any) -> Any:
    """Return a value as plain data, without the fields that are as usual."""
    if isinstance(value, tuple):
        return [spare(it) for it in value]
    if not is_dataclass(value):
        return value
    return {
        field.name: spare(found)
        for field in fields(value)
        if (found := getattr(value, field.name)) != field.default
    }


def plain(found: Judged) -> object:
    """Return a case as plain data, which may go from process to process."""
    return json.loads(json.dumps(asdict(found)))


def read(text: str) -> Report:
    """Return the report that `write` made the text of; BadReport if it is none."""
    try:
        data = json.loads(text)
    except ValueError as failure:
        raise BadReport(f"expected JSON: {failure}") from failure
    found = data.get("format") if isinstance(data, dict) else None
    if found != FORMAT:
        raise BadReport(f"format: expected {FORMAT}, found {found!r}")
    return value_of(Report, data, "")


def value_of(cls: type[T], data: Any, path: str) -> T:
    """Return the value of a type that plain data stands for."""
    made: T = reader(cls)(data, path)
    return made


def reader(kind: Any) -> Callable[[Any, str], Any]:
    """Return what reads plain data as a type: of the few that reports consist of."""
    if is_dataclass(kind):
        return lambda data, path: read_fields(kind, data, path)
    if get_origin(kind) is UnionType:
        (other,) = [it for it in get_args(kind) if it is not NoneType]
        return lambda data, path: None if data is None else reader(other)(data, path)
    if get_origin(kind) is tuple:
        return lambda data, path: read_tuple(get_args(kind), data, path)
    if issubclass(kind, Enum):
        return lambda data, path: read_member(kind, data, path)
    return lambda data, path: read_plain(kind, data, path)


def read_fields(kind: Any, data: Any, path: str) -> Any:
    """Return the dataclass whose fields are members of a JSON object."""
    if not isinstance(data, dict):
        refuse(path, "an object", data)
    hints = hints_of(kind)
    given = {}
    for field in fields(kind):
        where = f"{path}.{field.name}".lstrip(".")
        if field.name in data:
            given[field.name] = reader(hints[field.name])(data[field.name], where)
        elif field.default is MISSING:
            refuse(where, "a value", None)
    return kind(**given)


@cache
def hints_of(kind: Any) -> dict[str, Any]:
    """Return the types of a dataclass's fields, by name."""
    return get_type_hints(kind)


def read_tuple(kinds: tuple[Any, ...], data: Any, path: str) -> tuple[Any, ...]:
    """Return a tuple whose elements are those of a JSON array."""
    if not isinstance(data, list | tuple):
        refuse(path, "an array", data)
    if kinds[-1] is ...:
        kinds = (kinds[0],) * len(data)
    if len(kinds) != len(data):
        refuse(path, f"{len(kinds)} elements", data)
    pairs = enumerate(zip(kinds, data, strict=True))
    return tuple(reader(kind)(each, f"{path}[{at}]") for at, (kind, each) in pairs)


def read_member(kind: type[Enum], data: Any, path: str) -> Enum:
    """Return the member of an enumeration that has this value."""
    try:
        return kind(data)
    except ValueError:
        refuse(path, " or ".join(it.value for it in kind), data)
        raise


def read_plain(kind: type, data: Any, path: str) -> Any:
    """Return a text, number or truth value; an integer may stand for a float."""
    taken = (int, float) if kind is float else (kind,)
    if not isinstance(data, taken) or (isinstance(data, bool) and kind is not bool):
        refuse(path, kind.__name__, data)
    return data


def refuse(path: str, expected: str, found: Any) -> None:
    """Raise BadReport."""
    raise BadReport(f"{path or 'report'}: expected {expected}, found {found!r:.80}")
