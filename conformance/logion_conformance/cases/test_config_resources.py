"""Settings of what is neither topic nor broker, and the list of all that has some."""

from __future__ import annotations

from logion.protocol.errors import ApiError, Error
from logion.protocol.messages.describe_configs import (
    DescribeConfigsRequest,
    DescribeConfigsResource,
    DescribeConfigsResourceResult,
    DescribeConfigsResponse,
)
from logion.protocol.messages.incremental_alter_configs import (
    AlterableConfig,
    AlterConfigsResource,
    IncrementalAlterConfigsRequest,
    IncrementalAlterConfigsResponse,
)
from logion.protocol.messages.list_config_resources import (
    ListConfigResourcesRequest,
    ListConfigResourcesResponse,
)

from logion_conformance.case import MUST, SHOULD, case
from logion_conformance.expect import (
    expect,
    expect_error,
    expect_in,
    expect_success,
)
from logion_conformance.subject import Subject

TOPIC, BROKER, LOGGER, METRICS, GROUP = 2, 4, 8, 16, 32
SET, DELETE = 0, 1

FROM_LOGGER, FROM_METRICS, FROM_GROUP = 6, 7, 8
"""Sources of settings (KIP-412, KIP-714, KIP-848)."""

Settings = dict[str, DescribeConfigsResourceResult]


async def change(
    broker: Subject, kind: int, name: str, key: str, value: str | None
) -> int:
    """Return the error code of setting something, or of taking it back."""
    row = AlterableConfig(
        name=key, config_operation=DELETE if value is None else SET, value=value
    )
    resource = AlterConfigsResource(
        resource_type=kind, resource_name=name, configs=(row,)
    )
    request = IncrementalAlterConfigsRequest(resources=(resource,), validate_only=False)
    came = await broker.ask(request, IncrementalAlterConfigsResponse)
    return came.responses[0].error_code


async def settings_of(broker: Subject, kind: int, name: str) -> Settings:
    """Return the settings of something by name."""
    wanted = DescribeConfigsResource(
        resource_type=kind, resource_name=name, configuration_keys=None
    )
    request = DescribeConfigsRequest(resources=(wanted,), include_synonyms=True)
    came = await broker.ask(request, DescribeConfigsResponse)
    expect_success(came.results[0].error_code)
    return {row.name: row for row in came.results[0].configs}


async def becomes(
    broker: Subject, kind: int, name: str, key: str, value: str
) -> DescribeConfigsResourceResult:
    """See that a setting comes to have a value, at once or soon; return it."""

    async def look() -> DescribeConfigsResourceResult:
        found = (await settings_of(broker, kind, name)).get(key)
        if found is None or found.value != value:
            raise ApiError(Error.REQUEST_TIMED_OUT, f"{key} is not yet {value}")
        return found

    return await broker.cluster.retry(look)


async def listed(broker: Subject, *kinds: int) -> set[tuple[int, str]]:
    """Return kind and name of all that has settings, or of these kinds."""
    request = ListConfigResourcesRequest(resource_types=kinds)
    came = await broker.ask(request, ListConfigResourcesResponse)
    expect_success(came.error_code)
    return {(it.resource_type, it.resource_name) for it in came.config_resources}


async def is_listed(broker: Subject, what: tuple[int, str], *kinds: int) -> None:
    """See that something comes to be listed, at once or soon."""

    async def look() -> None:
        if what not in await listed(broker, *kinds):
            raise ApiError(Error.REQUEST_TIMED_OUT, f"{what} is not listed yet")

    await broker.cluster.retry(look)


@case(
    "configs.listed.metrics",
    level=MUST,
    cites="KIP-1000: ListClientMetricsResources",
    apis={"ListConfigResources": "0+", "IncrementalAlterConfigs": "1+"},
)
async def test_subscriptions_to_metrics_are_listed(
    broker: Subject, version: int
) -> None:
    """A subscription that has been given settings is listed, in every version."""
    name = broker.name_of_its_own()
    expect_success(await change(broker, METRICS, name, "interval.ms", "10000"))
    kinds = (METRICS,) if version else ()
    await is_listed(broker, (METRICS, name), *kinds)
    expect("the kinds", {kind for kind, _ in await listed(broker, *kinds)}, {METRICS})
    expect_success(await change(broker, METRICS, name, "interval.ms", None))


def session_ms(broker: Subject) -> str:
    """Return a session time-out for groups, within the broker's bounds."""
    longest = broker.number("group.consumer.max.session.timeout.ms", 50_000)
    return str(min(50_000, longest))


@case(
    "configs.listed.all",
    level=MUST,
    cites="KIP-1142: ListConfigResources",
    apis={"ListConfigResources": "1+", "IncrementalAlterConfigs": "1+"},
)
async def test_all_that_has_settings_is_listed(broker: Subject) -> None:
    """Without a kind all are listed: topics, brokers, loggers, and groups that have
    settings; another kind than these is refused."""
    topic, group = await broker.topic(), broker.name_of_its_own()
    key, value = "consumer.session.timeout.ms", session_ms(broker)
    expect_success(await change(broker, GROUP, group, key, value))
    await is_listed(broker, (GROUP, group))
    await is_listed(broker, (TOPIC, topic.name))
    node = str(next(iter(broker.cluster.picture.nodes)))
    for kind in (BROKER, LOGGER):
        expect_in("a resource", (kind, node), await listed(broker, kind))
    expect_success(await change(broker, GROUP, group, key, None))
    request = ListConfigResourcesRequest(resource_types=(1,))
    came = await broker.ask(request, ListConfigResourcesResponse)
    expect_error(came.error_code, Error.UNSUPPORTED_VERSION)


@case(
    "configs.group",
    level=MUST,
    cites="KIP-848: configurations of groups",
    apis={
        "ListConfigResources": "0+",
        "IncrementalAlterConfigs": "1+",
        "DescribeConfigs": "1+",
    },
)
async def test_a_group_has_settings_of_its_own(broker: Subject) -> None:
    """A setting of a group is told with its source, and is taken back; a value that
    the broker's bounds exclude and an unknown key are INVALID_CONFIG."""
    group, key = broker.name_of_its_own(), "consumer.session.timeout.ms"
    value = session_ms(broker)
    expect_success(await change(broker, GROUP, group, key, value))
    found = await becomes(broker, GROUP, group, key, value)
    expect("the source", found.config_source, FROM_GROUP)
    for name, wrong in ((key, "1"), (key, "soon"), ("no.such.setting", "1")):
        error = await change(broker, GROUP, group, name, wrong)
        expect_error(error, Error.INVALID_CONFIG, what=f"of {name}={wrong}")
    expect_success(await change(broker, GROUP, group, key, None))
    default = broker.number(f"group.{key}", 45_000)
    await becomes(broker, GROUP, group, key, str(default))
    unnamed = await change(broker, GROUP, "", key, value)
    expect_error(unnamed, Error.INVALID_REQUEST, what="of no group")


@case(
    "configs.metrics",
    level=MUST,
    cites="KIP-714: configurations of client metrics",
    apis={
        "ListConfigResources": "0+",
        "IncrementalAlterConfigs": "1+",
        "DescribeConfigs": "1+",
    },
)
async def test_a_subscription_to_metrics_has_settings(broker: Subject) -> None:
    """A subscription's settings are told with their source; a pattern of what no
    client has, an interval out of bounds and an unknown key are refused."""
    name = broker.name_of_its_own()
    expect_success(await change(broker, METRICS, name, "match", "client_id=x"))
    found = await becomes(broker, METRICS, name, "match", "client_id=x")
    expect("the source", found.config_source, FROM_METRICS)
    for key, value, error in (
        ("match", "hat=blue", Error.INVALID_CONFIG),
        ("interval.ms", "soon", Error.INVALID_CONFIG),
        ("interval.ms", "1", Error.INVALID_REQUEST),
        ("no.such.setting", "1", Error.INVALID_REQUEST),
    ):
        came = await change(broker, METRICS, name, key, value)
        expect_error(came, error, what=f"of {key}={value}")
    expect_success(await change(broker, METRICS, name, "match", None))


@case(
    "configs.logger",
    level=SHOULD,
    cites="KIP-412: levels of a broker's loggers",
    apis={"IncrementalAlterConfigs": "1+", "DescribeConfigs": "1+"},
    touches="the level of a broker's root logger, which is put back",
)
async def test_the_levels_of_loggers_are_told_and_changed(broker: Subject) -> None:
    """The root logger has a level, which can be changed but not taken back; a logger
    that does not exist has none."""
    node = str(next(iter(broker.cluster.picture.nodes)))
    before = (await settings_of(broker, LOGGER, node))["root"]
    expect("the source", before.config_source, FROM_LOGGER)
    for level in ("WARN", before.value):
        expect_success(await change(broker, LOGGER, node, "root", level))
        await becomes(broker, LOGGER, node, "root", level or "")
    expect_error(
        await change(broker, LOGGER, node, "root", None), Error.INVALID_REQUEST
    )
    missing = await change(broker, LOGGER, node, "no.such.logger", "WARN")
    expect_error(missing, Error.INVALID_CONFIG, Error.INVALID_REQUEST)
