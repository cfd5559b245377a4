"""AlterConfigs: replace all settings of a resource."""

from __future__ import annotations

import pytest
from logion.protocol.errors import Error
from logion.protocol.messages.alter_configs import (
    AlterableConfig,
    AlterConfigsRequest,
    AlterConfigsResource,
)
from logion.protocol.schema import replace

from tests.logion.broker.running import running

TOPIC = 2
BROKER = 4


def resource(kind: int, name: str, **settings: str | None) -> AlterConfigsResource:
    """Return a resource with all settings it shall have, `_` for `.` in their keys."""
    rows = tuple(
        AlterableConfig(name=key.replace("_", "."), value=value)
        for key, value in settings.items()
    )
    return AlterConfigsResource(resource_type=kind, resource_name=name, configs=rows)


def request(
    *resources: AlterConfigsResource, validate_only: bool = False
) -> AlterConfigsRequest:
    """Return a request for these resources."""
    return AlterConfigsRequest(resources=resources, validate_only=validate_only)


@pytest.mark.parametrize("version", range(3))
async def test_every_version_replaces_what_was_set(version: int) -> None:
    async with running(release="3.9") as broker:
        await broker.create("t", configs={"retention.ms": "5", "flush.ms": "6"})
        asked = request(resource(TOPIC, "t", retention_ms="7"))
        (result,) = (await broker.ask(asked, version)).responses
        assert (result.error_code, result.error_message) == (Error.NONE, None)
        assert (result.resource_type, result.resource_name) == (TOPIC, "t")
        assert broker.state.cluster.image.config_of("t") == {"retention.ms": "7"}
        assert broker.partition("t").log.settings.retention_ms == 7


async def test_validate_only_changes_nothing() -> None:
    async with running() as broker:
        await broker.create("t")
        asked = request(resource(TOPIC, "t", retention_ms="7"), validate_only=True)
        assert (await broker.ask(asked)).responses[0].error_code == Error.NONE
        assert broker.state.cluster.image.config_of("t") == {}


async def test_a_broker_s_settings_reach_its_topics() -> None:
    async with running() as broker:
        await broker.create("t")
        asked = request(resource(BROKER, "", log_retention_ms="7"))
        assert (await broker.ask(asked)).responses[0].error_code == Error.NONE
        assert broker.partition("t").log.settings.retention_ms == 7
        await broker.ask(request(resource(BROKER, "1", log_retention_ms="8")))
        assert broker.partition("t").log.settings.retention_ms == 8
        await broker.ask(request(resource(BROKER, "1"), resource(BROKER, "")))
        assert broker.partition("t").log.settings.retention_ms == 7 * 24 * 3600 * 1000


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        (resource(TOPIC, "nope"), Error.UNKNOWN_TOPIC_OR_PARTITION),
        (resource(TOPIC, "a b"), Error.INVALID_TOPIC_EXCEPTION),
        (resource(TOPIC, ""), Error.INVALID_REQUEST),
        (resource(TOPIC, "t", retention_ms="x"), Error.INVALID_CONFIG),
        (resource(TOPIC, "t", nope="1"), Error.INVALID_CONFIG),
        (resource(TOPIC, "t", retention_ms=None), Error.INVALID_REQUEST),
        (resource(BROKER, "1", num_partitions="3"), Error.INVALID_REQUEST),
        (resource(BROKER, "1", log_retention_ms="x"), Error.INVALID_REQUEST),
        (resource(BROKER, "2"), Error.INVALID_REQUEST),
        (resource(99, "x"), Error.INVALID_REQUEST),
    ],
)
async def test_what_cannot_be_set_is_refused_and_nothing_changes(
    asked: AlterConfigsResource, error: Error
) -> None:
    async with running() as broker:
        await broker.create("t", configs={"retention.ms": "5"})
        (result,) = (await broker.ask(request(asked))).responses
        assert result.error_code == error
        assert result.error_message
        assert broker.state.cluster.image.config_of("t") == {"retention.ms": "5"}


@pytest.mark.parametrize(
    ("release", "error"),
    [
        ("2.6", Error.INVALID_TOPIC_EXCEPTION),
        ("2.8", Error.UNKNOWN_TOPIC_OR_PARTITION),
        ("3.2", Error.UNKNOWN_TOPIC_OR_PARTITION),
        ("3.3", Error.INVALID_REQUEST),
    ],
)
async def test_a_topic_without_a_name_has_the_error_of_the_release(
    release: str, error: Error
) -> None:
    async with running(release=release) as broker:
        (result,) = (await broker.ask(request(resource(TOPIC, "")))).responses
        assert result.error_code == error


async def test_nothing_may_be_named_twice() -> None:
    twice = resource(TOPIC, "t", retention_ms="5")
    twice = replace(twice, configs=twice.configs * 2)
    async with running() as broker:
        await broker.create("t")
        (result,) = (await broker.ask(request(twice))).responses
        assert result.error_code == Error.INVALID_REQUEST
        both = request(resource(TOPIC, "t"), resource(TOPIC, "t"))
        results = (await broker.ask(both)).responses
        assert [it.error_code for it in results] == [Error.INVALID_REQUEST] * 2


async def test_before_1_1_only_topics_could_be_altered() -> None:
    async with running(release="1.0") as broker:
        (result,) = (await broker.ask(request(resource(BROKER, "1")))).responses
        assert result.error_code == Error.INVALID_REQUEST
