"""DescribeConfigs (API 32): settings of topics, brokers and others (KIP-133).

v0   says whether a value is the default
v1   says where a value is from and could be from (KIP-226)
v3   type and documentation (KIP-569)
v4   flexible
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

import trio

from logion.broker.context import Context
from logion.broker.resources import (
    BROKER,
    GROUP,
    GROUPS_SINCE,
    LOGGER,
    LOGGERS_SINCE,
    METRICS,
    TOPIC,
    broker_entity,
    check_described_topic,
    check_own_number,
    unsupported,
)
from logion.broker.state import BrokerState
from logion.cluster.configs import DEFAULT_BROKER
from logion.config_entries import ConfigEntry, Source
from logion.config_groups import group_entries, metrics_entries
from logion.protocol.errors import ApiError, Error
from logion.protocol.messages.describe_configs import (
    DescribeConfigsRequest,
    DescribeConfigsResource,
    DescribeConfigsResourceResult,
    DescribeConfigsResponse,
    DescribeConfigsResult,
    DescribeConfigsSynonym,
)
from logion.protocol.releases import Release, release

VERSION_WITH_IS_DEFAULT = 0

IS_DEFAULT_UNTIL = release("2.6")
"""Last release that says so; later ones never do."""

RESOURCES_PER_TURN = 20
"""So many are described in a few milliseconds."""


async def handle(
    broker: BrokerState, context: Context, request: DescribeConfigsRequest
) -> DescribeConfigsResponse:
    """Return the settings asked for; each resource has its own error.

    Others have their turn after every few of them.
    """
    tells_default = (
        context.version == VERSION_WITH_IS_DEFAULT
        and broker.release <= IS_DEFAULT_UNTIL
    )
    telling = Telling(request, tells_default=tells_default)
    results = []
    for count, resource in enumerate(request.resources):
        results.append(_describe(broker, telling, resource))
        if count % RESOURCES_PER_TURN == RESOURCES_PER_TURN - 1:
            await trio.lowlevel.checkpoint()
    return DescribeConfigsResponse(throttle_time_ms=0, results=tuple(results))


def _describe(
    broker: BrokerState, telling: Telling, resource: DescribeConfigsResource
) -> DescribeConfigsResult:
    error, message = Error.NONE, ""
    entries: Iterable[ConfigEntry] = ()
    try:
        entries = _entries(broker, resource)
    except ApiError as refusal:
        error, message = refusal.error, refusal.message or refusal.error.meaning
    wanted = set(resource.configuration_keys or ())
    return DescribeConfigsResult(
        error_code=error,
        error_message=message,
        resource_type=resource.resource_type,
        resource_name=resource.resource_name,
        configs=tuple(
            telling.result(it) for it in entries if not wanted or it.name in wanted
        ),
    )


def _entries(
    broker: BrokerState, resource: DescribeConfigsResource
) -> Iterable[ConfigEntry]:
    tell = _TOLD.get(resource.resource_type)
    if tell is None or broker.release < tell.since:
        raise unsupported(resource)
    return tell.entries(broker, resource.resource_name)


def _of_topic(broker: BrokerState, name: str) -> Iterable[ConfigEntry]:
    check_described_topic(broker, name)
    return broker.cluster.topic_config(name).entries()


def _of_broker(broker: BrokerState, name: str) -> Iterable[ConfigEntry]:
    is_default = broker_entity(broker, name) == DEFAULT_BROKER
    entries = broker.cluster.config.entries()
    return _of_all_brokers(entries) if is_default else entries


def _of_loggers(broker: BrokerState, name: str) -> Iterable[ConfigEntry]:
    check_own_number(broker, name)
    return broker.loggers.entries()


def _of_group(broker: BrokerState, name: str) -> Iterable[ConfigEntry]:
    overrides = broker.cluster.image.group_configs.get(name, {})
    return group_entries(broker.cluster.config, overrides)


def _of_metrics(broker: BrokerState, name: str) -> Iterable[ConfigEntry]:
    overrides = broker.cluster.image.metrics_configs.get(name, {})
    return metrics_entries(overrides, broker.cluster.config.release)


class _Told(NamedTuple):
    """How something is told of, and since which release."""

    entries: Callable[[BrokerState, str], Iterable[ConfigEntry]]
    since: Release = release("0.11.0")


_TOLD = {
    TOPIC: _Told(_of_topic),
    BROKER: _Told(_of_broker),
    LOGGER: _Told(_of_loggers, LOGGERS_SINCE),
    METRICS: _Told(_of_metrics, GROUPS_SINCE),
    GROUP: _Told(_of_group, GROUPS_SINCE),
}
"""By the code of a resource's type."""


def _of_all_brokers(entries: Iterable[ConfigEntry]) -> Iterator[ConfigEntry]:
    """Return what was set for every broker while running, and nothing else."""
    for entry in entries:
        for found in entry.synonyms:
            if (found.name, found.source) == (
                entry.name,
                Source.DYNAMIC_DEFAULT_BROKER_CONFIG,
            ):
                yield entry._replace(
                    value=found.value, source=found.source, synonyms=(found,)
                )


class Telling:
    """Entries in the form that a request asks for; what topics share is made once."""

    def __init__(self, request: DescribeConfigsRequest, *, tells_default: bool) -> None:
        """Tell nothing yet."""
        self._request = request
        self._tells_default = tells_default
        self._known: dict[int, tuple[ConfigEntry, DescribeConfigsResourceResult]] = {}

    def result(self, entry: ConfigEntry) -> DescribeConfigsResourceResult:
        """Return what is told of one setting."""
        found = self._known.get(id(entry))  # kept with it, so that no other has its id
        if found is None:
            found = self._known[id(entry)] = entry, self._made(entry)
        return found[1]

    def _made(self, entry: ConfigEntry) -> DescribeConfigsResourceResult:
        is_default = entry.source is Source.DEFAULT_CONFIG
        asked = self._request
        return DescribeConfigsResourceResult(
            name=entry.name,
            value=entry.value,
            read_only=entry.is_read_only,
            is_default=self._tells_default and is_default,
            config_source=entry.source,
            is_sensitive=entry.is_sensitive,
            synonyms=_synonyms(entry) if asked.include_synonyms else (),
            config_type=entry.type,
            documentation=entry.doc if asked.include_documentation else None,
        )


def _synonyms(entry: ConfigEntry) -> tuple[DescribeConfigsSynonym, ...]:
    return tuple(
        DescribeConfigsSynonym(name=it.name, value=it.value, source=it.source)
        for it in entry.synonyms
    )
