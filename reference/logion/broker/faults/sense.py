"""Whether the fields of a rule go together: one that could do nothing is refused.

Pure, and all by the declarations of the messages.
"""

from __future__ import annotations

from collections.abc import Mapping

from logion.broker.faults.naming import KEYS, Level, branches, levels
from logion.broker.faults.rule import METADATA_APIS, Rule
from logion.protocol.apis import APIS, request_class, response_class
from logion.protocol.schema import schema_of

DOING = (
    "error",
    "delay_ms",
    "delay_answer_ms",
    "hold",
    "drop",
    "truncate",
    "throttle_ms",
    "stale_changes",
    "stale_ms",
    "leader",
    "leader_epoch",
)
"""The fields of which a rule has one at least."""

EITHER_OR = (
    ("always", "times"),
    ("drop", "error"),
    ("drop", "truncate"),
    ("drop", "throttle_ms"),
    ("drop", "delay_answer_ms"),
    ("drop", "stale_changes"),
    ("drop", "stale_ms"),
    ("drop", "leader"),
    ("drop", "leader_epoch"),
    ("truncate", "throttle_ms"),
    ("stale_changes", "stale_ms"),
)
"""Fields of which the one leaves nothing for the other to do."""

NAMED_IN = {
    "topic": (Level.TOPIC, Level.RESOURCE),
    "group": (Level.GROUP, Level.RESOURCE),
    "transactional_id": (Level.TRANSACTION,),
}
"""The fields that mean requests by what these name, and where requests name it."""


def contradiction(rule: Rule, given: Mapping[str, object]) -> str | None:
    """Return why the fields of a rule, read from `given`, do not go together, or None.

    Each API that it lists must be able to meet it.
    """
    return _excluded(rule, given) or _missing(rule) or _never_met(rule, given)


def _excluded(rule: Rule, given: Mapping[str, object]) -> str | None:
    """Return which two fields do not go together, or None."""
    for one, other in EITHER_OR:
        if given.get(one) and other in given:
            return f"{one} and {other} exclude each other"
    if rule.drop == "before" and rule.hold == "after":
        return "drop 'before' and hold 'after' exclude each other"
    return None


def _missing(rule: Rule) -> str | None:
    """Return what a rule lacks for what it has to make sense, or None."""
    if rule.partitions and rule.topic is None:
        return "partition needs a topic beside it"
    if (rule.applied or rule.level) and not rule.errors:
        return f"{'applied' if rule.applied else 'level'} needs an error beside it"
    if rule.is_about_metadata and rule.apis - METADATA_APIS:
        names = [APIS[key].name for key in sorted(METADATA_APIS)]
        return f"only the answers of {' and '.join(names)} tell of leaders"
    if not rule.does_something:
        return f"it does nothing; expected one of {', '.join(DOING)}"
    return None


def _never_met(rule: Rule, given: Mapping[str, object]) -> str | None:
    """Return which of its APIs a rule can never meet, and why, or None."""
    newest = max(api.versions[-1] for api in APIS.values())
    if rule.versions[0] > newest:
        return f"versions is {given['versions']!r}; no API has more than {newest}"
    for key in sorted(rule.apis):
        name, versions = APIS[key].name, APIS[key].versions
        if not set(versions) & set(rule.versions):
            has = f"{versions[0]} to {versions[-1]}"
            return f"versions is {given['versions']!r}; {name} has {has}"
        for field, places in NAMED_IN.items():
            cls = request_class(key)
            if field in given and not any(_names(cls, level) for level in places):
                return f"{field}: a request of {name} names none"
        if rule.level and rule.level not in (found := _error_levels(key)):
            places_of = ", ".join(sorted(level.value for level in found))
            return f"level: answers of {name} have errors at {places_of}"
    return None


def _names(cls: type, level: Level) -> bool:
    """Tell whether a request or struct names something of `level`, or may."""
    fields = {field.name for field in schema_of(cls).fields}
    if level in (Level.GROUP, Level.TRANSACTION) and (
        fields & set(KEYS[level]) or "key_type" in fields
    ):
        return True
    return any(
        branch.level is level
        or (branch.element is not None and _names(branch.element, level))
        for branch in branches(cls)
    )


def _error_levels(key: int) -> set[Level]:
    """Return where the answers of an API can have an error, in any version."""
    cls = response_class(key)
    return {
        path[-1] if path else Level.TOP
        for version in schema_of(cls).versions
        for path in levels(cls, version)
    }
