"""Topics and settings where logion is not Apache Kafka: see docs/deviations.md."""

from __future__ import annotations

import math
import re
from functools import cache
from pathlib import Path

import logion
import pytest
from logion.config_entries import Source
from logion.protocol.errors import Error
from logion.protocol.messages.alter_client_quotas import (
    AlterClientQuotasRequest,
    AlterClientQuotasRequestEntryData,
    EntityData,
    OpData,
)
from logion.protocol.messages.create_topics import (
    CreatableReplicaAssignment,
    CreatableTopic,
    CreateTopicsRequest,
)
from logion.protocol.messages.delete_topics import DeleteTopicsRequest
from logion.protocol.messages.describe_client_quotas import (
    ComponentData,
    DescribeClientQuotasRequest,
)
from logion.protocol.messages.describe_configs import (
    DescribeConfigsRequest,
    DescribeConfigsResource,
    DescribeConfigsResourceResult,
)
from logion.protocol.messages.incremental_alter_configs import (
    AlterableConfig,
    AlterConfigsResource,
    IncrementalAlterConfigsRequest,
)
from logion.protocol.messages.metadata import (
    MetadataRequest,
    MetadataRequestTopic,
)
from logion.records.record import BatchOptions
from logion.settings import broker_settings, group_settings, topic_settings

from tests.docs.asking import (
    MAGIC,
    Client,
    batch,
    broker_and_client,
)
from tests.docs.table import rows
from tests.logion.broker.running import create_request, running


async def test_topics_come_in_the_order_in_which_they_were_made() -> None:
    names = [f"topic-{number * 7 % 10}" for number in range(10)]
    async with broker_and_client() as client:
        for name in names:
            await client.create(name)
        assert [topic.name for topic in await client.topics()] == ["t", *names]


async def test_a_topic_is_there_before_any_time_out() -> None:
    async with broker_and_client() as client:
        await client.create("at-once", timeout_ms=0)
        await client.produce(batch(0), "at-once")


async def test_a_topic_is_gone_before_any_time_out() -> None:
    async with broker_and_client() as client:
        request = DeleteTopicsRequest(topic_names=("t",), timeout_ms=0)
        answer = await client.ask(request, 4)
        assert answer.responses[0].error_code == Error.NONE
        assert await client.topics() == ()


async def test_no_release_makes_more_than_10_000_partitions_at_once() -> None:
    topics = tuple(
        CreatableTopic(
            name=name,
            num_partitions=5001,
            replication_factor=1,
            assignments=(),
            configs=(),
        )
        for name in ("a", "b")
    )
    async with broker_and_client("3.9") as client:
        request = CreateTopicsRequest(topics=topics, validate_only=True)
        answer = await client.ask(request)
    found = {topic.error_code for topic in answer.topics}
    assert found == {Error.POLICY_VIOLATION}


async def described(
    client: Client, kind: int = 4
) -> tuple[DescribeConfigsResourceResult, ...]:
    """Return the settings of the only broker, or (8) of its loggers."""
    metadata = await client.ask(MetadataRequest(topics=()))
    broker = DescribeConfigsResource(
        resource_type=kind,
        resource_name=str(metadata.brokers[0].node_id),
        configuration_keys=None,
    )
    request = DescribeConfigsRequest(resources=(broker,), include_documentation=True)
    answer = await client.ask(request)
    found: tuple[DescribeConfigsResourceResult, ...] = answer.results[0].configs
    return found


MIN_ISR = "min.insync.replicas"


async def test_settings_come_by_name_with_texts_of_our_own() -> None:
    async with broker_and_client() as client:
        found = await described(client)
    names = [setting.name for setting in found]
    assert names == sorted(names)
    assert all(each.documentation == broker_settings()[each.name].doc for each in found)


@pytest.mark.parametrize("release", ["3.9", "4.3"])
async def test_a_broker_without_settings_has_those_its_release_ships(
    release: str,
) -> None:
    async with broker_and_client(release) as client:
        found = {setting.name: setting.value for setting in await described(client)}
    assert found["offsets.topic.replication.factor"] == "1"


@cache
def source_of_what_acts() -> str:
    """Return all code but the tables and checks of settings."""
    files = Path(logion.__file__).parent.rglob("*.py")
    return "".join(
        each.read_text() for each in files if not each.name.startswith("config")
    )


def without_effect() -> list[str]:
    """Return the settings that the document says have no effect."""
    (row,) = [row for row in rows() if "::test_settings_of_what_is_not_" in row[-1]]
    return re.findall(r"`([a-z0-9.]+)`", row[1])


@pytest.mark.parametrize("name", without_effect())
def test_settings_of_what_is_not_built_have_no_effect(name: str) -> None:
    assert name in {**broker_settings(), **topic_settings(), **group_settings()}
    assert f'"{name}"' not in source_of_what_acts()


async def altered(client: Client, kind: str, name: str, key: str, limit: float) -> int:
    """Return the error of setting one quota."""
    entry = AlterClientQuotasRequestEntryData(
        entity=(EntityData(entity_type=kind, entity_name=name),),
        ops=(OpData(key=key, value=limit, remove=False),),
    )
    request = AlterClientQuotasRequest(entries=(entry,), validate_only=False)
    error: int = (await client.ask(request)).entries[0].error_code
    return error


async def test_quotas_are_of_addresses_and_numbers() -> None:
    per_ip = "connection_creation_rate"
    async with broker_and_client() as client:
        named = await altered(client, "ip", "localhost", per_ip, 1.0)
        unlimited = await altered(client, "user", "u", "request_percentage", math.nan)
    assert (named, unlimited) == (Error.INVALID_REQUEST, Error.INVALID_REQUEST)


async def test_what_no_quota_can_be_is_an_invalid_request() -> None:
    async with broker_and_client("3.9") as client:
        assert (
            await altered(client, "user", "u", "SCRAM-SHA-256", 1.0)
            == Error.INVALID_REQUEST
        )
        for match in (0, 3):
            asked = ComponentData(entity_type="user", match_type=match, match=None)
            request = DescribeClientQuotasRequest(components=(asked,), strict=False)
            assert (await client.ask(request)).error_code == Error.INVALID_REQUEST


async def alter(client: Client, kind: int, name: str, change: AlterableConfig) -> Error:
    """Return the error of one change that is only checked."""
    resource = AlterConfigsResource(
        resource_type=kind, resource_name=name, configs=(change,)
    )
    request = IncrementalAlterConfigsRequest(resources=(resource,), validate_only=True)
    return Error.of((await client.ask(request)).responses[0].error_code)


async def test_an_unknown_operation_on_a_setting_is_an_invalid_request() -> None:
    change = AlterableConfig(name="retention.ms", config_operation=9, value="1")
    async with broker_and_client() as client:
        assert await alter(client, 2, "t", change) is Error.INVALID_REQUEST


@pytest.mark.parametrize(
    ("topic", "value", "error"),
    [
        ("t", None, Error.INVALID_REQUEST),
        ("missing", "1", Error.UNKNOWN_TOPIC_OR_PARTITION),
    ],
    ids=["value", "topic"],
)
async def test_what_is_missing_of_a_change_has_its_error(
    topic: str, value: str | None, error: Error
) -> None:
    change = AlterableConfig(name="retention.ms", config_operation=0, value=value)
    async with broker_and_client("2.4") as client:
        assert await alter(client, 2, topic, change) is error


async def test_loggers_are_those_of_our_own() -> None:
    async with broker_and_client("4.0") as client:
        names = {it.name for it in await described(client, 8)}
    assert "root" in names
    assert all(it == "root" or it.startswith("logion.") for it in names)


async def test_minimal_isr_is_a_default_until_somebody_sets_it() -> None:
    async with broker_and_client("4.3") as client:
        (found,) = (it for it in await described(client) if it.name == MIN_ISR)
    assert found.config_source == Source.DEFAULT_CONFIG


@pytest.mark.parametrize("brokers", [(77,), ()], ids=["unknown", "none"])
async def test_replicas_are_assigned_to_brokers_that_are_there(
    brokers: tuple[int, ...],
) -> None:
    replicas = CreatableReplicaAssignment(partition_index=0, broker_ids=brokers)
    topic = CreatableTopic(
        name="new",
        num_partitions=-1,
        replication_factor=-1,
        assignments=(replicas,),
        configs=(),
    )
    async with broker_and_client() as client:
        answer = await client.ask(CreateTopicsRequest(topics=(topic,)))
    assert answer.topics[0].error_code == Error.INVALID_REPLICA_ASSIGNMENT


async def test_a_topic_named_twice_is_not_deleted() -> None:
    async with broker_and_client() as client:
        request = DeleteTopicsRequest(topic_names=("t", "t"), timeout_ms=1000)
        answer = await client.ask(request, 4)
        assert [it.error_code for it in answer.responses] == [Error.INVALID_REQUEST]
        assert [topic.name for topic in await client.topics()] == ["t"]


async def test_from_3_0_on_every_log_has_the_newest_format() -> None:
    sent = batch(0, options=BatchOptions(magic=1))
    older = {"message.format.version": "0.10.0"}
    async with broker_and_client(inter_broker_protocol_version="2.8") as client:
        await client.create("old", older)
        assert (await client.produce(sent, "old", 2)).error_code == Error.NONE
        assert (await client.stored("old"))[MAGIC] == 2


async def test_no_release_assigns_partitions_with_gaps() -> None:
    placed = CreatableReplicaAssignment(partition_index=1, broker_ids=(0,))
    topic = CreatableTopic(
        name="u",
        num_partitions=-1,
        replication_factor=-1,
        assignments=(placed,),
        configs=(),
    )
    async with broker_and_client("0.11.0") as client:
        answer = await client.ask(CreateTopicsRequest(topics=(topic,)))
    assert answer.topics[0].error_code == Error.INVALID_REPLICA_ASSIGNMENT


async def test_no_release_takes_a_name_of_250_characters() -> None:
    topic = MetadataRequestTopic(name="x" * 250)
    async with running(release="0.9.0") as broker:
        (found,) = (await broker.ask(MetadataRequest(topics=(topic,)))).topics
    assert found.error_code == Error.INVALID_TOPIC_EXCEPTION


@pytest.mark.parametrize("release", ["0.10.1", "1.1", "2.8"])
@pytest.mark.parametrize("value", ["many", None])
async def test_no_release_makes_a_topic_with_a_wrong_setting(
    release: str, value: str | None
) -> None:
    request = create_request("t", configs={"retention.ms": value})
    async with running(release=release) as broker:
        (made,) = (await broker.ask(request, 0)).topics
    assert made.error_code == Error.INVALID_CONFIG


async def test_an_unknown_type_of_resource_is_repeated() -> None:
    resource = DescribeConfigsResource(
        resource_type=99, resource_name="x", configuration_keys=None
    )
    request = DescribeConfigsRequest(resources=(resource,))
    async with running(release="1.1") as broker:
        (found,) = (await broker.ask(request, 0)).results
    assert found.resource_type == 99
