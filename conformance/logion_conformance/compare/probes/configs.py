"""Settings: asked for and changed, rightly and wrongly (which there are: elsewhere)."""

from __future__ import annotations

from typing import Any

from logion.protocol.messages import alter_configs, incremental_alter_configs
from logion.protocol.messages.alter_configs import AlterConfigsRequest
from logion.protocol.messages.describe_configs import (
    DescribeConfigsRequest,
    DescribeConfigsResource,
)
from logion.protocol.messages.incremental_alter_configs import (
    IncrementalAlterConfigsRequest,
)

from logion_conformance.compare.probe import Ground, Probe, Script, asking
from logion_conformance.compare.probes.produce import UNKNOWN

TOPIC = 2
BROKER = 4
SET, DELETE, APPEND, SUBTRACT = range(4)


def describe(
    name: str, kind: int = TOPIC, *keys: str, **more: Any
) -> DescribeConfigsRequest:
    """Return the request for settings: those of `keys`, retention alone without."""
    row = DescribeConfigsResource(
        resource_type=kind,
        resource_name=name,
        configuration_keys=keys or ("retention.ms",),
    )
    return DescribeConfigsRequest(resources=(row,), **more)


def alter(
    name: str, kind: int = TOPIC, *, check: bool = False, **settings: str | None
) -> AlterConfigsRequest:
    """Return the request that sets these, and no others; `_` stands for a dot."""
    rows = tuple(
        alter_configs.AlterableConfig(name=key.replace("_", "."), value=value)
        for key, value in settings.items()
    )
    resource = alter_configs.AlterConfigsResource(
        resource_type=kind, resource_name=name, configs=rows
    )
    return AlterConfigsRequest(resources=(resource,), validate_only=check)


def change(
    name: str, operation: int, kind: int = TOPIC, **settings: str | None
) -> IncrementalAlterConfigsRequest:
    """Return the request that changes these."""
    rows = tuple(
        incremental_alter_configs.AlterableConfig(
            name=key.replace("_", "."), config_operation=operation, value=value
        )
        for key, value in settings.items()
    )
    resource = incremental_alter_configs.AlterConfigsResource(
        resource_type=kind, resource_name=name, configs=rows
    )
    return IncrementalAlterConfigsRequest(resources=(resource,), validate_only=False)


def altered(it: Ground) -> Script:
    """Settings replace one another."""
    yield alter(it.own.name, retention_ms="5000")
    yield alter(it.own.name, cleanup_policy="compact")
    yield alter(it.own.name)


def changed(it: Ground) -> Script:
    """Settings are set, added to, taken from, and removed."""
    name = it.own.name
    yield change(name, SET, retention_ms="5000")
    yield change(name, SET, cleanup_policy="compact")
    yield change(name, APPEND, cleanup_policy="delete")
    yield change(name, SUBTRACT, cleanup_policy="compact")
    yield change(name, DELETE, retention_ms=None)
    yield change(name, DELETE, retention_ms=None)
    yield change(name, APPEND, retention_ms="1")
    yield change(name, SET, retention_ms=None)


PROBES = (
    *asking(
        "DescribeConfigs",
        {
            "one": lambda it: describe(it.standing.name),
            "unknown-key": lambda it: describe(it.standing.name, TOPIC, "no.such"),
            "no-topic": lambda it: describe(UNKNOWN.name),
            "bad-name": lambda it: describe("a b"),
            "empty-name": lambda it: describe(""),
            "broker": lambda it: describe(
                str(it.broker), BROKER, "log.retention.hours"
            ),
            "another-broker": lambda it: describe("7", BROKER, "log.retention.hours"),
            "broker-without-a-number": lambda it: describe("x", BROKER, "log.dirs"),
            "kind-0": lambda it: describe("x", 0),
            "kind-99": lambda it: describe("x", 99),
            "none": lambda it: DescribeConfigsRequest(resources=()),
        },
    ),
    *asking(
        "AlterConfigs",
        {
            "no-topic": lambda it: alter(UNKNOWN.name, retention_ms="1"),
            "bad-name": lambda it: alter("a b", retention_ms="1"),
            "empty-name": lambda it: alter("", retention_ms="1"),
            "unknown-key": lambda it: alter(it.standing.name, no_such="1"),
            "wrong-value": lambda it: alter(it.standing.name, retention_ms="many"),
            "null-value": lambda it: alter(it.standing.name, retention_ms=None),
            "checked-only": lambda it: alter(
                it.standing.name, check=True, retention_ms="1"
            ),
            "another-broker": lambda it: alter("7", BROKER, log_retention_ms="1"),
            "kind-0": lambda it: alter("x", 0, retention_ms="1"),
            "none": lambda it: AlterConfigsRequest(resources=(), validate_only=False),
        },
    ),
    Probe("AlterConfigs", "altered", altered, needs_topic=True),
    *asking(
        "IncrementalAlterConfigs",
        {
            "no-topic": lambda it: change(UNKNOWN.name, SET, retention_ms="1"),
            "bad-name": lambda it: change("a b", SET, retention_ms="1"),
            "empty-name": lambda it: change("", SET, retention_ms="1"),
            "unknown-key": lambda it: change(it.standing.name, SET, no_such="1"),
            "wrong-value": lambda it: change(
                it.standing.name, SET, retention_ms="many"
            ),
            "unknown-operation": lambda it: change(
                it.standing.name, 9, retention_ms="1"
            ),
            "another-broker": lambda it: change("7", SET, BROKER, log_retention_ms="1"),
            "none": lambda it: IncrementalAlterConfigsRequest(
                resources=(), validate_only=False
            ),
        },
    ),
    Probe("IncrementalAlterConfigs", "changed", changed, needs_topic=True),
)
