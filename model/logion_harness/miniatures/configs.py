"""Settings: told, replaced, changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from logion.broker.context import Context
from logion.broker.resources import BROKER
from logion.protocol.errors import Error
from logion.protocol.schema import replace

from logion_harness.miniatures.miniature import Miniature
from logion_harness.miniatures.seams import (
    Change,
    always,
    answering,
    changed,
    hears,
    swapped,
    tells,
    unsaid,
)

SET, APPEND = 0, 2
FROM_TOPIC, FROM_DEFAULT, FROM_LOGGER, FROM_METRICS, FROM_GROUP = 1, 5, 6, 7, 8
LOGGER, METRICS = 8, 16

SOURCES = "results.configs.config_source"


def as_default(source: int) -> Change:
    """Take one source of settings for the default."""
    return lambda told: FROM_DEFAULT if told == source else told


def without_kind(kind: int) -> Change:
    """Leave resources of a kind out."""
    return lambda resources: tuple(it for it in resources if it.resource_type != kind)


def without_logs(_: Any, answer: Any, __: Context) -> Any:
    """Leave the settings of logs out of those of a broker."""

    def told(result: Any) -> Any:
        if result.resource_type != BROKER:
            return result
        kept = tuple(it for it in result.configs if not it.name.startswith("log."))
        return replace(result, configs=kept)

    return changed(answer, ("results",), lambda results: tuple(map(told, results)))


def added(replace_config: Callable[..., Any]) -> Callable[..., Any]:
    """Keep the settings that are not named when all are replaced."""

    async def wrong(self: Any, kind: Any, name: str, config: Any, **more: Any) -> None:
        before = self.image.topic_configs.get(name, {})
        await replace_config(self, kind, name, {**before, **config}, **more)

    return wrong


MINIATURES = (
    Miniature(
        "takes-defaults-for-settings",
        "says of every setting that the topic has been given it",
        ("configs.described",),
        tells("DescribeConfigs", SOURCES, always(FROM_TOPIC)),
    ),
    Miniature(
        "describes-all-settings",
        "describes all settings where some are asked for",
        ("configs.described.some",),
        hears("DescribeConfigs", "resources.configuration_keys", always(None)),
    ),
    Miniature(
        "describes-settings-of-nothing",
        "has no error for the settings of a topic that is not there",
        ("configs.described.unknown",),
        unsaid("DescribeConfigs", Error.UNKNOWN_TOPIC_OR_PARTITION),
    ),
    Miniature(
        "hides-settings-of-logs",
        "leaves the settings of logs out of those of a broker",
        ("configs.described.broker",),
        answering("DescribeConfigs", without_logs),
    ),
    Miniature(
        "replaces-no-settings",
        "keeps the settings that AlterConfigs does not name",
        ("configs.replaced",),
        swapped("logion.cluster.metadata:Cluster.replace_config", added),
    ),
    Miniature(
        "replaces-by-anything",
        "says that settings are replaced by what cannot be",
        ("configs.replaced.invalid",),
        unsaid("AlterConfigs", Error.INVALID_CONFIG),
    ),
    Miniature(
        "appends-to-nothing",
        "sets a list to what was to be appended to it",
        ("configs.changed",),
        hears(
            "IncrementalAlterConfigs",
            "resources.configs.config_operation",
            lambda operation: SET if operation == APPEND else operation,
        ),
    ),
    Miniature(
        "changes-to-anything",
        "says of a setting that it is changed to what cannot be",
        ("configs.changed.invalid",),
        unsaid("IncrementalAlterConfigs", Error.INVALID_CONFIG),
    ),
    Miniature(
        "changes-settings-to-be-checked",
        "changes settings that were only to be checked",
        ("configs.changed.validated",),
        hears("IncrementalAlterConfigs", "validate_only", always(value=False)),
    ),
    Miniature(
        "lists-no-subscriptions",
        "does not list the subscriptions to metrics that have settings",
        ("configs.listed.metrics",),
        tells("ListConfigResources", "config_resources", without_kind(METRICS)),
    ),
    Miniature(
        "lists-no-loggers",
        "does not list the loggers of brokers",
        ("configs.listed.all",),
        tells("ListConfigResources", "config_resources", without_kind(LOGGER)),
    ),
    Miniature(
        "takes-groups-settings-for-defaults",
        "says of a setting that a group has been given that it is the default",
        ("configs.group",),
        tells("DescribeConfigs", SOURCES, as_default(FROM_GROUP)),
    ),
    Miniature(
        "takes-metrics-settings-for-defaults",
        "says of a setting that a subscription has been given that it is the default",
        ("configs.metrics",),
        tells("DescribeConfigs", SOURCES, as_default(FROM_METRICS)),
    ),
    Miniature(
        "takes-levels-for-defaults",
        "says of a logger's level that it is the default of a setting",
        ("configs.logger",),
        tells("DescribeConfigs", SOURCES, as_default(FROM_LOGGER)),
    ),
)
