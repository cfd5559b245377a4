"""Does a rule mean this request, and which parts of it?

Pure: what a request names is found by `naming`, ids of topics are resolved by whoever
asks.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, TypeAlias

from logion.broker.faults.naming import (
    KEYS,
    Level,
    asks_for_all,
    branches,
    children,
    key_of,
)
from logion.broker.faults.rule import Rule
from logion.names import ZERO_UUID, Uuid
from logion.protocol.apis import METADATA

TopicNames: TypeAlias = Callable[[Uuid], "str | None"]
"""From a topic's id to its name; None if no topic has the id."""

GROUP_KEY = 0
"""`key_type` of FindCoordinator for a group; 1 is a transactional id."""

TOPIC_RESOURCE = 2
GROUP_RESOURCE = 32
"""`resource_type` of a topic's settings and of a group's."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as rules see it."""

    api_key: int
    version: int
    client_id: str
    request: Any
    topic_name: TopicNames


def is_meant(rule: Rule, asked: Asked) -> bool:
    """Tell whether a rule is about this request, how often it may have fired or not."""
    if rule.apis and asked.api_key not in rule.apis:
        return False
    if asked.version not in rule.versions:
        return False
    if not _fits(rule.client_id, asked.client_id):
        return False
    is_group = rule.group is None or _names_group(rule, asked)
    is_transaction = rule.transactional_id is None or _names_transaction(rule, asked)
    is_topic = rule.topic is None or _names_topic(rule, asked, asked.request)
    return is_group and is_transaction and is_topic


def admits(rule: Rule, level: Level, element: Any, topic_name: TopicNames) -> bool:
    """Tell whether a rule means this element of a message."""
    key = key_of(element, level)
    if level is Level.TOPIC:
        return _fits(rule.topic, topic_called(element, topic_name))
    if level is Level.PARTITION:
        return not rule.partitions or key in rule.partitions
    if level is Level.GROUP:
        return _fits(rule.group, key)
    if level is Level.TRANSACTION:
        return _fits(rule.transactional_id, key)
    if level is Level.RESOURCE:
        return _admits_resource(rule, element)
    return True


def topic_called(element: Any, topic_name: TopicNames) -> str | None:
    """Return the name of the topic that an element of a message is about."""
    name: str | None = key_of(element, Level.TOPIC)
    topic_id: Uuid = getattr(element, "topic_id", ZERO_UUID)
    return topic_name(topic_id) if not name and topic_id != ZERO_UUID else name


def _fits(pattern: str | None, name: str | None) -> bool:
    if pattern is None:
        return True
    return name is not None and (name == pattern or fnmatchcase(name, pattern))


def _admits_resource(rule: Rule, element: Any) -> bool:
    kind, name = getattr(element, "resource_type", None), element.resource_name
    if rule.topic is not None and not (
        kind == TOPIC_RESOURCE and _fits(rule.topic, name)
    ):
        return False
    return rule.group is None or (kind == GROUP_RESOURCE and _fits(rule.group, name))


def _names_topic(rule: Rule, asked: Asked, part: Any) -> bool:
    """Tell whether a part of a request names a topic, and a partition, of the rule."""
    if asks_for_all(part, Level.TOPIC, asked.version) or _is_every_topic(asked):
        return True
    for topic in children(part, Level.TOPIC):
        if admits(rule, Level.TOPIC, topic, asked.topic_name):
            indexes = list(children(topic, Level.PARTITION))
            if not indexes or any(
                admits(rule, Level.PARTITION, it, asked.topic_name) for it in indexes
            ):
                return True
    if any(_admits_resource(rule, it) for it in children(part, Level.RESOURCE)):
        return True
    return any(_names_topic(rule, asked, it) for it in _others(part))


def _others(part: Any) -> list[Any]:
    """Return the elements that are no topics but may hold some."""
    holding = (Level.GROUP, Level.TRANSACTION, Level.OTHER)
    return [
        it
        for branch in branches(type(part))
        if branch.level in holding and branch.element is not None
        for it in getattr(part, branch.field.name) or ()
    ]


def _is_every_topic(asked: Asked) -> bool:
    """Tell whether it is Metadata of version 0 that asks for all topics."""
    return asked.api_key == METADATA and not asked.version and not asked.request.topics


def _names_group(rule: Rule, asked: Asked) -> bool:
    request = asked.request
    if getattr(request, "key_type", GROUP_KEY) != GROUP_KEY:
        return False
    names = [getattr(request, key, None) for key in KEYS[Level.GROUP]]
    names += [key_of(it, Level.GROUP) for it in children(request, Level.GROUP)]
    if any(_fits(rule.group, name) for name in names if name):
        return True
    return any(_admits_resource(rule, it) for it in children(request, Level.RESOURCE))


def _names_transaction(rule: Rule, asked: Asked) -> bool:
    request = asked.request
    names = [getattr(request, key, None) for key in KEYS[Level.TRANSACTION]]
    names += [
        key_of(it, Level.TRANSACTION) for it in children(request, Level.TRANSACTION)
    ]
    if getattr(request, "key_type", GROUP_KEY) != GROUP_KEY:
        names += [request.key, *request.coordinator_keys]
    return any(_fits(rule.transactional_id, name) for name in names if name)
