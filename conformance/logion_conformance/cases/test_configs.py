"""DescribeConfigs, AlterConfigs, IncrementalAlterConfigs: settings seen and changed."""

from __future__ import annotations

import pytest
from logion.client.admin import BROKER, TOPIC
from logion.protocol.errors import ApiError, Error
from logion.protocol.messages import alter_configs, incremental_alter_configs
from logion.protocol.messages.alter_configs import (
    AlterConfigsRequest,
    AlterConfigsResponse,
)
from logion.protocol.messages.describe_configs import (
    DescribeConfigsRequest,
    DescribeConfigsResource,
    DescribeConfigsResourceResult,
    DescribeConfigsResponse,
    DescribeConfigsResult,
)
from logion.protocol.messages.incremental_alter_configs import (
    IncrementalAlterConfigsRequest,
    IncrementalAlterConfigsResponse,
)

from logion_conformance.case import MUST, SHOULD, case
from logion_conformance.expect import (
    expect,
    expect_error,
    expect_in,
    expect_success,
)
from logion_conformance.subject import Subject

SET, DELETE, APPEND, SUBTRACT = range(4)
"""What IncrementalAlterConfigs does to a setting (KIP-339)."""

FROM_TOPIC = 1
"""Source of a setting that the topic itself has (KIP-226)."""

DEFAULT_OF = {
    "log.cleanup.policy": "cleanup.policy",
    "log.flush.interval.messages": "flush.messages",
    "log.segment.bytes": "segment.bytes",
}
"""Settings of a broker, to those of topics that have their default there."""

WRONG_VALUE = (Error.INVALID_CONFIG, Error.INVALID_REQUEST)
"""What a value that cannot be is answered with: by 3.x and later, and by 2.x."""

Settings = dict[str, DescribeConfigsResourceResult]


async def ask(
    broker: Subject, kind: int, name: str, *keys: str
) -> DescribeConfigsResult:
    """Return what is said of the settings of a resource: of `keys`, or of all."""
    wanted = DescribeConfigsResource(
        resource_type=kind, resource_name=name, configuration_keys=keys or None
    )
    request = DescribeConfigsRequest(resources=(wanted,))
    came = await broker.ask(request, DescribeConfigsResponse)
    return came.results[0]


async def settings_of(broker: Subject, name: str, *keys: str) -> Settings:
    """Return the settings of a topic by name."""
    came = await ask(broker, TOPIC, name, *keys)
    expect_success(came.error_code)
    return {row.name: row for row in came.configs}


async def settings_of_broker(broker: Subject) -> Settings:
    """Return the settings of a broker by name."""
    node_id = next(iter(broker.cluster.picture.nodes))
    came = await ask(broker, BROKER, str(node_id))
    expect_success(came.error_code)
    return {row.name: row for row in came.configs}


async def becomes(broker: Subject, name: str, key: str, value: str) -> None:
    """See that a setting of a topic comes to have a value, at once or soon."""

    async def look() -> None:
        now = (await settings_of(broker, name, key))[key].value
        if now != value:
            raise ApiError(Error.REQUEST_TIMED_OUT, f"{key} is still {now}")

    await broker.cluster.retry(look)


async def replaced(
    broker: Subject, name: str, *, validate_only: bool = False, **settings: str
) -> int:
    """Return the error code of giving a topic exactly these settings."""
    rows = tuple(
        alter_configs.AlterableConfig(name=key.replace("_", "."), value=value)
        for key, value in settings.items()
    )
    resource = alter_configs.AlterConfigsResource(
        resource_type=TOPIC, resource_name=name, configs=rows
    )
    request = AlterConfigsRequest(resources=(resource,), validate_only=validate_only)
    came = await broker.ask_controller(request, AlterConfigsResponse)
    return came.responses[0].error_code


async def changed(
    broker: Subject,
    name: str,
    change: tuple[str, int, str | None],
    *,
    validate_only: bool = False,
) -> int:
    """Return the error code of one change (key, operation, value) to a topic."""
    key, operation, value = change
    row = incremental_alter_configs.AlterableConfig(
        name=key, config_operation=operation, value=value
    )
    resource = incremental_alter_configs.AlterConfigsResource(
        resource_type=TOPIC, resource_name=name, configs=(row,)
    )
    request = IncrementalAlterConfigsRequest(
        resources=(resource,), validate_only=validate_only
    )
    came = await broker.ask_controller(request, IncrementalAlterConfigsResponse)
    return came.responses[0].error_code


@case(
    "configs.described",
    level=MUST,
    cites="KIP-133: DescribeConfigs; KIP-226: sources",
    apis={"DescribeConfigs": "0+", "CreateTopics": "0+"},
)
async def test_a_topics_settings_are_described(broker: Subject, version: int) -> None:
    """A setting of the topic has its value and its source, the others are those of the
    broker, or defaults."""
    topic = await broker.topic_by_default(retention_ms="1234567")
    settings = await settings_of(broker, topic.name)
    expect("retention.ms", settings["retention.ms"].value, "1234567")
    for key, of_broker in (await settings_of_broker(broker)).items():
        if key not in DEFAULT_OF:
            continue
        row = settings[DEFAULT_OF[key]]
        expect(row.name, row.value, of_broker.value)
        if version >= 1:
            allowed = {of_broker.config_source} - {FROM_TOPIC}
            expect_in(f"the source of {row.name}", row.config_source, allowed)
    if version >= 1:  # before there was a flag, which Apache Kafka 3.9 never sets
        source = settings["retention.ms"].config_source
        expect("the source of retention.ms", source, FROM_TOPIC)


@case(
    "configs.described.some",
    level=MUST,
    cites="DescribeConfigsRequest.ConfigurationKeys",
    apis={"DescribeConfigs": "0+"},
)
async def test_only_what_is_asked_for_is_described(
    broker: Subject, version: int
) -> None:
    """Asked for some settings, the broker describes those, and no unknown one."""
    topic = await broker.topic()
    keys = ("retention.ms", "cleanup.policy", "no.such.setting")
    settings = await settings_of(broker, topic.name, *keys)
    expect("the settings", sorted(settings), ["cleanup.policy", "retention.ms"])
    expect("the version asked in", broker.version("DescribeConfigs"), version)


@case(
    "configs.described.unknown",
    level=MUST,
    cites="errors 3 UNKNOWN_TOPIC_OR_PARTITION, 17, 42 INVALID_REQUEST",
    apis={"DescribeConfigs": "2+"},
)
async def test_what_is_not_there_has_no_settings(broker: Subject) -> None:
    """A topic, or a kind of resource, that does not exist is an error."""
    missing = await ask(broker, TOPIC, broker.new_name())
    expect_error(missing.error_code, Error.UNKNOWN_TOPIC_OR_PARTITION)
    strange = await ask(broker, 111, "x")
    expect_error(strange.error_code, Error.INVALID_REQUEST)


@case(
    "configs.described.broker",
    level=MUST,
    cites="KIP-133: resources of type BROKER",
    apis={"DescribeConfigs": "0+"},
)
async def test_a_brokers_settings_are_described(broker: Subject, version: int) -> None:
    """A broker describes its own settings, with its id as the name."""
    expect_in("a setting", "log.segment.bytes", set(await settings_of_broker(broker)))
    expect("the version asked in", broker.version("DescribeConfigs"), version)


@case(
    "configs.replaced",
    level=MUST,
    cites="KIP-133: AlterConfigs replaces all settings of a resource",
    apis={"AlterConfigs": "0+", "DescribeConfigs": "1+", "CreateTopics": "0+"},
)
async def test_altering_replaces_all_settings(broker: Subject, version: int) -> None:
    """AlterConfigs leaves a topic with the settings it names; others are default."""
    topic = await broker.topic(retention_ms="1234567")
    expect_success(await replaced(broker, topic.name, max_message_bytes="5000"))
    await becomes(broker, topic.name, "max.message.bytes", "5000")
    settings = await settings_of(broker, topic.name)
    other = await broker.topic_by_default()
    default = (await settings_of(broker, other.name))["retention.ms"].value
    expect("retention.ms", settings["retention.ms"].value, default)
    expect("the version asked in", broker.version("AlterConfigs"), version)


@case(
    "configs.replaced.invalid",
    level=MUST,
    cites="error 40 INVALID_CONFIG",
    apis={"AlterConfigs": "0+", "DescribeConfigs": "1+", "CreateTopics": "0+"},
)
async def test_altering_needs_right_settings(broker: Subject, version: int) -> None:
    """A wrong value or an unknown key is INVALID_CONFIG, and changes nothing; neither
    does a request that is only checked."""
    topic = await broker.topic(retention_ms="1234567")
    wrong = await replaced(broker, topic.name, retention_ms="soon")
    expect_error(wrong, *WRONG_VALUE, what="the error code of a wrong value")
    strange = await replaced(broker, topic.name, no_such_setting="1")
    expect_error(strange, Error.INVALID_CONFIG, what="the error code of a wrong key")
    checked = await replaced(broker, topic.name, validate_only=True, retention_ms="1")
    expect_success(checked, "the error code of a request only checked")
    await becomes(broker, topic.name, "retention.ms", "1234567")
    expect("the version asked in", broker.version("AlterConfigs"), version)


@case(
    "configs.changed",
    level=MUST,
    cites="KIP-339: SET, DELETE, APPEND, SUBTRACT",
    apis={
        "IncrementalAlterConfigs": "0+",
        "DescribeConfigs": "1+",
        "CreateTopics": "0+",
    },
)
async def test_settings_are_changed_one_by_one(broker: Subject, version: int) -> None:
    """SET and DELETE change one setting and leave the others; APPEND and SUBTRACT
    change a list."""
    topic = await broker.topic(retention_ms="1234567")
    steps = (
        ("max.message.bytes", SET, "5000", "5000"),
        ("cleanup.policy", APPEND, "compact", "delete,compact"),
        ("cleanup.policy", SUBTRACT, "delete", "compact"),
        ("max.message.bytes", DELETE, None, None),
    )
    other = await broker.topic_by_default()
    default = (await settings_of(broker, other.name))["max.message.bytes"].value
    for key, operation, value, expected in steps:
        expect_success(await changed(broker, topic.name, (key, operation, value)))
        await becomes(broker, topic.name, key, expected or default or "")
    settings = await settings_of(broker, topic.name)
    expect("retention.ms", settings["retention.ms"].value, "1234567")
    expect("the version asked in", broker.version("IncrementalAlterConfigs"), version)


@pytest.mark.parametrize(
    ("key", "operation", "value", "errors"),
    [
        ("no.such.setting", SET, "1", (Error.INVALID_CONFIG,)),
        ("retention.ms", SET, "soon", WRONG_VALUE),
        ("retention.ms", APPEND, "1", WRONG_VALUE),
        ("retention.ms", SET, None, WRONG_VALUE),
    ],
    ids=["unknown", "value", "append-to-number", "null"],
)
@case(
    "configs.changed.invalid",
    level=MUST,
    cites="KIP-339; errors 40 INVALID_CONFIG, 42 INVALID_REQUEST",
    apis={"IncrementalAlterConfigs": "0+", "DescribeConfigs": "1+"},
)
async def test_a_change_has_to_be_possible(
    broker: Subject, key: str, operation: int, value: str | None, errors: tuple[Error]
) -> None:
    """An unknown setting, a value it cannot have, a list operation on what is no list,
    or a null value is refused; the setting stays."""
    topic = await broker.topic()
    before = await settings_of(broker, topic.name)
    error = await changed(broker, topic.name, (key, operation, value))
    expect_error(error, *errors)
    after = await settings_of(broker, topic.name)
    expect("the settings", after, before)


@case(
    "configs.changed.validated",
    level=SHOULD,
    cites="IncrementalAlterConfigsRequest.ValidateOnly",
    apis={"IncrementalAlterConfigs": "0+", "DescribeConfigs": "1+"},
)
async def test_a_change_may_be_checked_and_not_made(broker: Subject) -> None:
    """With validate_only a setting stays as it is."""
    topic = await broker.topic()
    before = await settings_of(broker, topic.name)
    change = ("retention.ms", SET, "1234567")
    error = await changed(broker, topic.name, change, validate_only=True)
    expect_success(error)
    expect("the settings", await settings_of(broker, topic.name), before)


@case(
    "configs.changed.effective",
    level=MUST,
    cites="Kafka documentation, Topic Configs: changed on a running broker",
    apis={"IncrementalAlterConfigs": "0+", "Produce": "3+", "DescribeConfigs": "1+"},
)
async def test_a_change_takes_effect(broker: Subject) -> None:
    """After max.message.bytes has been lowered a larger batch is refused."""
    topic = await broker.topic()
    await broker.append(topic, bytes(3_000))
    change = ("max.message.bytes", SET, "1000")
    expect_success(await changed(broker, topic.name, change))

    async def refused() -> None:
        came = await broker.produce(topic, broker.batch(bytes(3_000)))
        if came.error_code == Error.NONE:
            raise ApiError(Error.REQUEST_TIMED_OUT, "a large batch is still appended")
        expect_error(came.error_code, Error.MESSAGE_TOO_LARGE)

    await broker.cluster.retry(refused)
