"""What differs between two states, field by field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any, NamedTuple

from logion_model.kernel import Action


class Change(NamedTuple):
    """One field, and what became of it."""

    path: str
    before: str
    after: str

    def __str__(self) -> str:
        """Return it as `path: before -> after`."""
        return f"{self.path}: {self.before} -> {self.after}"


NOTHING = "nothing"


def changes(before: Any, after: Any) -> list[Change]:
    """Return what differs, in the order of the fields."""
    return list(_changes("", before, after))


def _changes(path: str, before: Any, after: Any) -> Iterator[Change]:
    if before == after:
        return
    one, two = parts_of(before), parts_of(after)
    if type(before) is not type(after) or one is None or two is None:
        yield Change(path or "state", shown(before), shown(after))
        return
    for name in dict.fromkeys((*one, *two)):
        inner = name if name.startswith("[") or not path else f".{name}"
        if name in one and name in two:
            yield from _changes(path + inner, one[name], two[name])
        else:
            gone, new = one.get(name, NOTHING), two.get(name, NOTHING)
            yield Change(path + inner, _if_any(gone), _if_any(new))


def _if_any(value: Any) -> str:
    return NOTHING if value is NOTHING else shown(value)


def parts_of(value: Any) -> dict[str, Any] | None:
    """Return the parts of a state by name, or None for what has no parts."""
    if is_dataclass(value) and not isinstance(value, type):
        return {it.name: getattr(value, it.name) for it in fields(value)}
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return {name: getattr(value, name) for name in value._fields}
    if isinstance(value, tuple):
        return {f"[{at}]": it for at, it in enumerate(value)}
    if isinstance(value, Mapping):
        return {f"[{shown(key)}]": it for key, it in value.items()}
    return None


def called(action: Action) -> str:
    """Return an action as a call, its arguments as `shown`."""
    return f"{action.name}({', '.join(map(shown, action.arguments))})"


def shown(value: Any) -> str:
    """Return a value in few words: fields by name, sets in order."""
    if isinstance(value, Enum):
        return value.name.lower().replace("_", " ")
    if isinstance(value, Set):
        return f"{{{', '.join(sorted(map(shown, value)))}}}"
    parts = parts_of(value)
    if parts is None:
        return "none" if value is None else str(value)
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{k[1:-1]}: {shown(v)}' for k, v in parts.items())}}}"
    if all(name.startswith("[") for name in parts):
        return f"({', '.join(map(shown, parts.values()))})"
    return f"({', '.join(f'{name} {shown(it)}' for name, it in parts.items())})"
