"""What the APIs of settings speak of: topics and brokers, by type and name.

Codes: 2 topic, 4 broker; loggers (8), client metrics (16) and groups (32) are not
built. A broker's name is its number, empty for what holds for all brokers (KIP-226).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import NamedTuple, Protocol, TypeVar

from logion.broker.state import BrokerState
from logion.broker.storing import storing
from logion.cluster.configs import DEFAULT_BROKER
from logion.cluster.topics import check_topic_name
from logion.protocol.errors import ApiError, Error
from logion.protocol.releases import release

TOPIC = 2
BROKER = 4


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


def check_topic(broker: BrokerState, name: str) -> None:
    """Raise ApiError unless there is a topic of this name.

    INVALID_TOPIC_EXCEPTION or UNKNOWN_TOPIC_OR_PARTITION.
    """
    check_topic_name(name)
    if name not in broker.cluster.image.topics:
        text = f"there is no topic {name!r}"
        raise ApiError(Error.UNKNOWN_TOPIC_OR_PARTITION, text)


def check_changeable_topic(broker: BrokerState, name: str) -> None:
    """Raise ApiError unless the settings of this topic can be changed.

    As `check_topic`, and INVALID_REQUEST for the empty name: of brokers it stands for
    all of them, of topics it does not.
    """
    if name == "":
        raise ApiError(Error.INVALID_REQUEST, "there are no settings of all topics")
    check_topic(broker, name)


def broker_entity(broker: BrokerState, name: str) -> str:
    """Return whose settings are meant: this broker's number, or DEFAULT_BROKER.

    Raises ApiError INVALID_REQUEST for any other broker.
    """
    if name == "" and broker.release >= release("1.1"):
        return DEFAULT_BROKER
    if name == str(broker.id):
        return name
    text = f"this is broker {broker.id}, the settings are of broker {name!r}"
    raise ApiError(Error.INVALID_REQUEST, text)


def unsupported(resource: Resource) -> ApiError:
    """Return the refusal of a resource that is neither a topic nor a broker."""
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
