"""What the APIs of settings speak of: topics, brokers and others, by type and name.

A broker's name is its number, empty for what holds for all brokers (KIP-226). Its
loggers (KIP-412) have its number too. Metrics of clients (KIP-714) have the name of a
subscription; they and groups (KIP-848) have settings from 4.0 on, where KRaft is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import NamedTuple, Protocol, TypeVar

from logion.broker.state import BrokerState
from logion.broker.storing import storing
from logion.cluster.configs import DEFAULT_BROKER, Kind
from logion.cluster.topics import check_topic_name
from logion.protocol.errors import ApiError, Error
from logion.protocol.releases import release

TOPIC = 2
BROKER = 4
LOGGER = 8
METRICS = 16
GROUP = 32
"""Codes of the types."""

DYNAMIC_SINCE = release("1.1")
"""First release whose running brokers take settings (KIP-226)."""

LOGGERS_SINCE = release("2.4")
"""First release whose loggers have levels that can be told and changed (KIP-412)."""

GROUPS_SINCE = release("4.0")

INCREMENTAL_SINCE = release("2.3")
"""First release that changes single settings, and refuses what is named twice."""

NAMELESS_REFUSED_SINCE = release("3.3")
"""First release that says so when all settings of topics without a name are replaced;
single ones are refused as long as they can be changed."""

MISSING_TOPICS_SINCE = release("2.0")
"""First release that does not describe a topic that is not there."""


class Resource(Protocol):
    """What every request of these APIs says of a resource."""

    @property
    def resource_type(self) -> int:
        """Return the code of its type."""

    @property
    def resource_name(self) -> str:
        """Return the topic's name, or the broker's number."""


class Setting(Protocol):
    """One setting of a request."""

    @property
    def name(self) -> str:
        """Return its key."""


R = TypeVar("R", bound=Resource)


class Outcome(NamedTuple):
    """What came of the change that was asked for of one resource."""

    error: Error
    message: str | None
    """Why it was refused; None if it was not."""


async def change_each(
    resources: Sequence[R], change: Callable[[R], Awaitable[None]]
) -> list[tuple[R, Outcome]]:
    """Do `change` for one resource after the other; return what came of each.

    One that is named more than once is refused, and not changed.
    """
    named = count(resources)
    return [(it, await _outcome(it, named, change)) for it in resources]


async def _outcome(
    resource: R,
    named: Counter[tuple[int, str]],
    change: Callable[[R], Awaitable[None]],
) -> Outcome:
    try:
        check_once(resource, named)
        with storing():
            await change(resource)
    except ApiError as refusal:
        return Outcome(refusal.error, refusal.message or refusal.error.meaning)
    return Outcome(Error.NONE, None)


def changed_entity(broker: BrokerState, resource: Resource) -> tuple[Kind, str]:
    """Return whose settings a request changes.

    Raises ApiError INVALID_REQUEST for what has none or cannot be changed, and for
    topics as `check_changeable_topic` does.
    """
    code, name = resource.resource_type, resource.resource_name
    if code == TOPIC:
        check_changeable_topic(broker, name)
        return Kind.TOPIC, name
    if code == BROKER and broker.release >= DYNAMIC_SINCE:
        return Kind.BROKER, broker_entity(broker, name)
    if code in _OTHERS and broker.release >= GROUPS_SINCE:
        if not name:
            text = "a group or subscription is named: there are no settings of all"
            raise ApiError(Error.INVALID_REQUEST, text)
        return _OTHERS[code], name
    raise unsupported(resource)


_OTHERS = {GROUP: Kind.GROUP, METRICS: Kind.METRICS}


def check_topic(broker: BrokerState, name: str, *, is_name_judged: bool = True) -> None:
    """Raise ApiError unless there is a topic of this name.

    UNKNOWN_TOPIC_OR_PARTITION, or INVALID_TOPIC_EXCEPTION for what cannot be a name.
    """
    if is_name_judged:
        check_topic_name(name)
    if name not in broker.cluster.image.topics:
        text = f"there is no topic {name!r}"
        raise ApiError(Error.UNKNOWN_TOPIC_OR_PARTITION, text)


def check_described_topic(broker: BrokerState, name: str) -> None:
    """Raise ApiError as `check_topic`; old releases tell of any topic that could be."""
    if broker.release < MISSING_TOPICS_SINCE:
        check_topic_name(name)
    else:
        check_topic(broker, name)


def check_changeable_topic(broker: BrokerState, name: str) -> None:
    """Raise ApiError unless the settings of this topic can be changed.

    As `check_topic`, and INVALID_REQUEST for the empty name from 3.3 on: of brokers it
    stands for all of them, of topics it does not. 2.7 to 3.9 look for the topic first,
    and for nothing else.
    """
    if broker.release >= NAMELESS_REFUSED_SINCE:
        check_topic_is_named(name)
    looks_first = release("2.7") <= broker.release < release("4.0")
    check_topic(broker, name, is_name_judged=not looks_first)


def check_topic_is_named(name: str) -> None:
    """Raise ApiError INVALID_REQUEST for the empty name."""
    if name == "":
        raise ApiError(Error.INVALID_REQUEST, "there are no settings of all topics")


def broker_entity(broker: BrokerState, name: str) -> str:
    """Return whose settings are meant: this broker's number, or DEFAULT_BROKER.

    Raises ApiError INVALID_REQUEST for any other broker.
    """
    if name == "" and broker.release >= DYNAMIC_SINCE:
        return DEFAULT_BROKER
    check_own_number(broker, name)
    return name


def check_own_number(broker: BrokerState, name: str) -> None:
    """Raise ApiError INVALID_REQUEST unless this is the broker's number."""
    if name != str(broker.id):
        text = f"this is broker {broker.id}, the settings are of broker {name!r}"
        raise ApiError(Error.INVALID_REQUEST, text)


def unsupported(resource: Resource) -> ApiError:
    """Return the refusal of a resource whose type has no settings here."""
    text = f"resource type {resource.resource_type} is not supported"
    return ApiError(Error.INVALID_REQUEST, text)


def count(resources: Iterable[Resource]) -> Counter[tuple[int, str]]:
    """Return how often a request names each resource."""
    return Counter((it.resource_type, it.resource_name) for it in resources)


def check_once(resource: Resource, named: Counter[tuple[int, str]]) -> None:
    """Raise ApiError INVALID_REQUEST if a request names `resource` more than once."""
    if named[resource.resource_type, resource.resource_name] > 1:
        raise ApiError(Error.INVALID_REQUEST, "a resource may be named only once")


def check_settings_once(settings: Iterable[Setting]) -> None:
    """Raise ApiError INVALID_REQUEST if a setting is named more than once."""
    named = Counter(it.name for it in settings)
    twice = [name for name, count in named.items() if count > 1]
    if twice:
        text = f"named more than once: {', '.join(twice)}"
        raise ApiError(Error.INVALID_REQUEST, text)
