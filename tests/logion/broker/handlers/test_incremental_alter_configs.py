"""IncrementalAlterConfigs: change single settings of a resource."""

from __future__ import annotations

import pytest
from logion.protocol.errors import Error
from logion.protocol.messages.incremental_alter_configs import (
    AlterableConfig,
    AlterConfigsResource,
    IncrementalAlterConfigsRequest,
)

from tests.logion.broker.running import running

TOPIC, BROKER = 2, 4
SET, DELETE, APPEND, SUBTRACT = range(4)


def resource(
    kind: int, name: str, *edits: tuple[int, str, str | None]
) -> AlterConfigsResource:
    """Return a resource with its edits."""
    rows = tuple(
        AlterableConfig(name=key, config_operation=operation, value=value)
        for operation, key, value in edits
    )
    return AlterConfigsResource(resource_type=kind, resource_name=name, configs=rows)


def request(
    *resources: AlterConfigsResource, validate_only: bool = False
) -> IncrementalAlterConfigsRequest:
    """Return a request for these resources."""
    return IncrementalAlterConfigsRequest(
        resources=resources, validate_only=validate_only
    )


@pytest.mark.parametrize("version", range(2))
async def test_every_version_changes_what_is_named_and_nothing_else(
    version: int,
) -> None:
    asked = resource(
        TOPIC,
        "t",
        (SET, "retention.ms", "7"),
        (DELETE, "flush.ms", None),
        (APPEND, "cleanup.policy", "compact"),
    )
    async with running() as broker:
        configs = {"retention.ms": "5", "flush.ms": "6", "segment.ms": "9"}
        await broker.create("t", configs=configs)
        (result,) = (await broker.ask(request(asked), version)).responses
        assert (result.error_code, result.error_message) == (Error.NONE, None)
        assert broker.state.cluster.image.config_of("t") == {
            "retention.ms": "7",
            "segment.ms": "9",
            "cleanup.policy": "delete,compact",
        }
        assert broker.partition("t").log.settings.retention_ms == 7


async def test_words_are_taken_from_a_list() -> None:
    asked = resource(TOPIC, "t", (SUBTRACT, "cleanup.policy", "delete"))
    async with running() as broker:
        await broker.create("t", configs={"cleanup.policy": "delete,compact"})
        await broker.ask(request(asked))
        found = broker.state.cluster.image.config_of("t")
        assert found["cleanup.policy"] == "compact"


async def test_validate_only_changes_nothing() -> None:
    asked = resource(TOPIC, "t", (SET, "retention.ms", "7"))
    async with running() as broker:
        await broker.create("t")
        answer = await broker.ask(request(asked, validate_only=True))
        assert answer.responses[0].error_code == Error.NONE
        assert broker.state.cluster.image.config_of("t") == {}


async def test_a_broker_s_settings_reach_its_topics() -> None:
    asked = resource(BROKER, "1", (SET, "log.retention.ms", "7"))
    async with running() as broker:
        await broker.create("t")
        (result,) = (await broker.ask(request(asked))).responses
        assert (result.resource_type, result.resource_name) == (BROKER, "1")
        assert broker.partition("t").log.settings.retention_ms == 7


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        (resource(TOPIC, "nope"), Error.UNKNOWN_TOPIC_OR_PARTITION),
        (resource(TOPIC, ""), Error.INVALID_REQUEST),
        (resource(TOPIC, "t", (SET, "retention.ms", "x")), Error.INVALID_CONFIG),
        (resource(TOPIC, "t", (SET, "nope", "x")), Error.INVALID_CONFIG),
        (resource(TOPIC, "t", (SET, "retention.ms", None)), Error.INVALID_REQUEST),
        (resource(TOPIC, "t", (APPEND, "retention.ms", "1")), Error.INVALID_CONFIG),
        (resource(TOPIC, "t", (9, "retention.ms", "1")), Error.INVALID_REQUEST),
        (
            resource(TOPIC, "t", (SET, "flush.ms", "1"), (DELETE, "flush.ms", None)),
            Error.INVALID_REQUEST,
        ),
        (resource(BROKER, "1", (SET, "num.partitions", "3")), Error.INVALID_REQUEST),
        (resource(BROKER, "", (SET, "num.partitions", "3")), Error.INVALID_REQUEST),
        (resource(BROKER, "1", (SET, "log.retention.ms", "x")), Error.INVALID_REQUEST),
        (resource(BROKER, "2"), Error.INVALID_REQUEST),
        (resource(BROKER, "x"), Error.INVALID_REQUEST),
        (resource(99, "x"), Error.INVALID_REQUEST),
    ],
)
async def test_what_cannot_be_done_is_refused_and_nothing_changes(
    asked: AlterConfigsResource, error: Error
) -> None:
    async with running() as broker:
        await broker.create("t", configs={"retention.ms": "5"})
        (result,) = (await broker.ask(request(asked))).responses
        assert result.error_code == error
        assert result.error_message
        assert broker.state.cluster.image.config_of("t") == {"retention.ms": "5"}


async def test_topics_without_a_name_have_no_single_settings_either() -> None:
    async with running(release="2.8") as broker:
        (result,) = (await broker.ask(request(resource(TOPIC, "")))).responses
        assert result.error_code == Error.INVALID_REQUEST


async def test_a_resource_named_twice_is_left_alone() -> None:
    both = request(resource(TOPIC, "t"), resource(TOPIC, "t"))
    async with running() as broker:
        await broker.create("t")
        results = (await broker.ask(both)).responses
        assert [it.error_code for it in results] == [Error.INVALID_REQUEST] * 2
