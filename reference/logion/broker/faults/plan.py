"""A fault plan: what the broker does wrong, and when; a plain mapping, and its reading.

    {"seed": 7, "rules": [{"api": "Produce", "error": "NOT_LEADER_OR_FOLLOWER"}]}

The rules of a plan are looked at in their order, and the first one that fires decides.
`docs/faults.md` explains every field. Whatever is wrong is refused when the plan is
read: the text names the rule, the field, what was found and what was expected.

Pure: a rule is a value; how often it has fired is kept by `faults`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from logion.broker.faults.images import IMAGES_MAX
from logion.broker.faults.naming import Level
from logion.broker.faults.rule import METADATA_APIS, Rule
from logion.broker.faults.sense import contradiction
from logion.protocol.apis import APIS, FORMER_NAMES, api_named
from logion.protocol.errors import Error
from logion.protocol.schema import parse_versions

DELAY_MS_MAX = 86_400_000
"""Longest delay: a day."""

_PLAN_FIELDS = ("seed", "rules")


class PlanError(ValueError):
    """A plan cannot be used; the text says which rule and field, and why."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Rules in the order in which they are looked at."""

    rules: tuple[Rule, ...] = ()
    seed: int = 0
    """What every rule with a probability draws from, together with its name."""


Given: TypeAlias = Mapping[str, object]
"""A rule or a plan as it is written."""


def read_plan(given: Given) -> Plan:
    """Return the plan that a mapping declares; PlanError if it is not one."""
    if not isinstance(given, Mapping):
        raise PlanError(f"the plan is {given!r}; expected a mapping of seed and rules")
    _refuse_unknown(given, _PLAN_FIELDS, "the plan")
    rules = given.get("rules", ())
    if not isinstance(rules, list | tuple):
        raise PlanError(f"the plan: rules is {rules!r}; expected a list of rules")
    seed = given.get("seed", 0)
    if not _is_number(seed):
        raise PlanError(f"the plan: seed is {seed!r}; expected a whole number")
    return Plan(read_rules(rules), _int(seed))


def read_rules(given: Iterable[object], *, first: int = 1) -> tuple[Rule, ...]:
    """Return rules; those without a name are called `rule N`, counted from `first`."""
    rules: list[Rule] = []
    for number, rule in enumerate(given, first):
        if not isinstance(rule, Mapping):
            raise PlanError(f"rule {number} is {rule!r}; expected a mapping of fields")
        rules.append(read_rule(rule, number))
    names = [rule.name for rule in rules]
    if twice := {name for name in names if names.count(name) > 1}:
        raise PlanError(f"the plan: two rules are called {min(twice)!r}")
    return tuple(rules)


def read_plan_file(path: str) -> Plan:
    """Return the plan of a TOML file; PlanError that begins with the file's name."""
    import tomllib
    from pathlib import Path

    try:
        return read_plan(tomllib.loads(Path(path).read_text(encoding="utf-8")))
    except ValueError as problem:  # of TOML and UTF-8 too
        raise PlanError(f"{path}: {problem}") from problem


def read_rule(given: Given, number: int = 1) -> Rule:
    """Return the rule that a mapping declares; PlanError if it is not one."""
    default = f"rule {number}"
    name = given.get("name", default)
    if not isinstance(name, str) or not name:
        raise PlanError(f"{default}: name is {name!r}; expected a text")
    place = default if name == default else f"{default} ({name!r})"
    _refuse_unknown(given, tuple(_READERS), place)
    values: dict[str, Any] = {"name": name}
    for key, value in given.items():
        attribute, read = _READERS[key]
        try:
            values[attribute] = read(value)
        except ValueError as problem:
            raise PlanError(f"{place}: {key} {problem}") from None
    rule = _with_defaults(Rule(**values), given)
    if (against := contradiction(rule, given)) is not None:
        raise PlanError(f"{place}: {against}")
    return rule


def _with_defaults(rule: Rule, given: Given) -> Rule:
    """Return the rule with what some of its fields mean for others."""
    if "times" not in given and not given.get("always"):
        if "probability" in given:
            rule = replace(rule, times=None)
        elif len(rule.errors) > 1:
            rule = replace(rule, times=len(rule.errors))
    if rule.is_about_metadata and not rule.apis:
        rule = replace(rule, apis=METADATA_APIS)
    return rule


def _refuse_unknown(given: Given, known: Iterable[str], place: str) -> None:
    for key in given:
        if key not in set(known):
            raise PlanError(f"{place}: unknown field {key!r}{_nearest(key, known)}")


def _nearest(found: object, known: Iterable[str]) -> str:
    """Return the end of a refusal: what may have been meant."""
    from difflib import get_close_matches

    choices = list(known)
    by_fold = {choice.casefold(): choice for choice in choices}
    folded = str(found).casefold()
    near = [it for it in by_fold if it.startswith(folded)]
    near += get_close_matches(folded, by_fold, 1, cutoff=0.4)
    if near and folded:
        return f"; the nearest is {by_fold[near[0]]!r}"
    return f"; expected one of {', '.join(choices)}"


def _listed(value: object, what: str) -> list[object]:
    """Return the elements of a list, or of one thing that stands for a list."""
    values = list(value) if isinstance(value, list | tuple) else [value]
    if not values:
        raise ValueError(f"is an empty list; expected {what}")
    return values


def _apis(value: object) -> frozenset[int]:
    return frozenset(_api(each) for each in _listed(value, "the name of an API"))


def _api(value: object) -> int:
    if _is_number(value):
        if _int(value) not in APIS:
            raise ValueError(f"is {value}; Kafka's APIs are {min(APIS)} to {max(APIS)}")
        return _int(value)
    if not isinstance(value, str):
        raise ValueError(f"is {value!r}; expected the name or key of an API")  # noqa: TRY004
    names = [*(api.name for api in APIS.values()), *FORMER_NAMES]
    if value not in names:
        raise ValueError(f"is {value!r}, no API of Kafka{_nearest(value, names)}")
    return api_named(value).key


def _versions(value: object) -> range:
    text = str(value)
    try:
        found = parse_versions(text)
    except ValueError:
        found = range(0)
    if not found:
        raise ValueError(f'is {value!r}; expected versions as "5", "3-7" or "3+"')
    return found


def _errors(value: object) -> tuple[Error, ...]:
    return tuple(_error(each) for each in _listed(value, "the name of an error"))


def _error(value: object) -> Error:
    if not isinstance(value, str):
        raise ValueError(f"is {value!r}; expected the name of an error")  # noqa: TRY004
    if value not in Error.__members__:
        near = _nearest(value, Error.__members__)
        raise ValueError(f"is {value!r}, no error of Kafka{near}")
    return Error[value]


def _one_of(*choices: str) -> Callable[[object], str]:
    def read(value: object) -> str:
        if value not in choices:
            raise ValueError(f"is {value!r}{_nearest(value, choices)}")
        return str(value)

    return read


def _level(value: object) -> Level:
    return Level(_one_of(*(level.value for level in Level))(value))


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError(f"is {value!r}; expected a text")  # noqa: TRY004
    return value


def _yes(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"is {value!r}; expected true or false")  # noqa: TRY004
    return value


def _number(low: int, high: int = 2**31 - 1) -> Callable[[object], int]:
    def read(value: object) -> int:
        if not _is_number(value) or not low <= _int(value) <= high:
            wanted = f"a whole number from {low} to {high}"
            raise ValueError(f"is {value!r}; expected {wanted}")
        return _int(value)

    return read


def _partitions(value: object) -> frozenset[int]:
    return frozenset(_number(0)(each) for each in _listed(value, "a partition"))


def _probability(value: object) -> float:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not 0 < float(str(value)) <= 1:
        raise ValueError(f"is {value!r}; expected a number above 0, up to 1")
    return float(str(value))


def _always(value: object) -> int | None:
    return None if _yes(value) else 1


def _is_number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _int(value: object) -> int:
    assert isinstance(value, int)
    return value


_DELAY = _number(1, DELAY_MS_MAX)

_READERS: Mapping[str, tuple[str, Callable[[object], object]]] = {
    "name": ("name", _text),
    "api": ("apis", _apis),
    "versions": ("versions", _versions),
    "client_id": ("client_id", _text),
    "topic": ("topic", _text),
    "partition": ("partitions", _partitions),
    "group": ("group", _text),
    "transactional_id": ("transactional_id", _text),
    "nth": ("nth", _number(1)),
    "times": ("times", _number(1)),
    "always": ("times", _always),
    "probability": ("probability", _probability),
    "error": ("errors", _errors),
    "level": ("level", _level),
    "applied": ("applied", _yes),
    "delay_ms": ("delay_ms", _DELAY),
    "delay_answer_ms": ("delay_answer_ms", _DELAY),
    "hold": ("hold", _one_of("before", "after")),
    "drop": ("drop", _one_of("before", "after")),
    "truncate": ("truncate", _number(0)),
    "throttle_ms": ("throttle_ms", _DELAY),
    "stale_changes": ("stale_changes", _number(1, IMAGES_MAX)),
    "stale_ms": ("stale_ms", _DELAY),
    "leader": ("leader", _number(-1)),
    "leader_epoch": ("leader_epoch", _number(0)),
}
"""Each field as it is written: the attribute of `Rule`, and what reads it."""
