"""DescribeConfigs: settings of topics and brokers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
import trio
from logion.broker.context import Context
from logion.broker.handlers.describe_configs import RESOURCES_PER_TURN, handle
from logion.cluster.configs import DEFAULT_BROKER, ConfigEdit, Edit, Kind
from logion.config_entries import CONFIG_TYPES, Source
from logion.protocol.errors import Error
from logion.protocol.messages.describe_configs import (
    DescribeConfigsRequest,
    DescribeConfigsResource,
    DescribeConfigsResult,
)

from tests.logion.broker.running import Running, running

TOPIC = 2
BROKER = 4

CONTEXT = Context(32, 4, 1, "test", "127.0.0.1:9", "PLAINTEXT")


def request(
    kind: int, name: str, keys: Sequence[str] | None = None, **wishes: bool
) -> DescribeConfigsRequest:
    """Return a request for the settings of one resource."""
    chosen = None if keys is None else tuple(keys)
    resource = DescribeConfigsResource(
        resource_type=kind, resource_name=name, configuration_keys=chosen
    )
    return DescribeConfigsRequest(resources=(resource,), **wishes)


async def describe(
    broker: Running, asked: DescribeConfigsRequest, version: int | None = None
) -> dict[str, Any]:
    """Return the settings of the one resource asked for, by their names."""
    (result,) = (await broker.ask(asked, version)).results
    assert (result.error_code, result.error_message) == (Error.NONE, "")
    return {it.name: it for it in result.configs}


async def refusal(broker: Running, kind: int, name: str) -> DescribeConfigsResult:
    """Return the answer for a resource that cannot be described."""
    (result,) = (await broker.ask(request(kind, name))).results
    assert isinstance(result, DescribeConfigsResult)
    assert result.configs == ()
    assert result.error_message
    assert (result.resource_type, result.resource_name) == (kind, name)
    return result


@pytest.mark.parametrize("version", range(5))
async def test_every_version_tells_values_and_where_they_are_from(
    version: int,
) -> None:
    async with running(release="3.9") as broker:
        await broker.create("t", configs={"retention.ms": "5"})
        found = await describe(broker, request(TOPIC, "t"), version)
    set_, default = found["retention.ms"], found["cleanup.policy"]
    assert (set_.value, default.value) == ("5", "delete")
    assert (set_.is_default, default.is_default) == (False, False)
    if version > 0:
        assert set_.config_source == Source.DYNAMIC_TOPIC_CONFIG
        assert default.config_source == Source.DEFAULT_CONFIG


async def test_until_2_6_the_first_version_tells_what_is_a_default() -> None:
    async with running(release="2.6") as broker:
        await broker.create("t", configs={"retention.ms": "5"})
        found = await describe(broker, request(TOPIC, "t"), 0)
    set_, default = found["retention.ms"], found["cleanup.policy"]
    assert (set_.is_default, default.is_default) == (False, True)


async def test_many_topics_let_others_have_their_turn() -> None:
    names = [f"t{number}" for number in range(100)]
    turns = 0

    async def count() -> None:
        nonlocal turns
        while True:
            await trio.lowlevel.checkpoint()
            turns += 1

    async with running() as broker, trio.open_nursery() as others:
        for name in names:
            await broker.create(name)
        others.start_soon(count)
        asked = [
            DescribeConfigsResource(
                resource_type=TOPIC, resource_name=it, configuration_keys=None
            )
            for it in names
        ]
        wanted = DescribeConfigsRequest(resources=tuple(asked))
        await trio.lowlevel.checkpoint()
        before = turns
        answer = await handle(broker.state, CONTEXT, wanted)
        assert turns - before >= len(names) // RESOURCES_PER_TURN - 1
        others.cancel_scope.cancel()
    assert [it.resource_name for it in answer.results] == names


async def test_topics_of_the_same_settings_share_what_is_told() -> None:
    async with running() as broker:
        cluster = broker.state.cluster
        for name, configs in (("a", {}), ("b", {}), ("c", {"retention.ms": "5"})):
            await broker.create(name, configs=configs)
        plain = {it.name: it for it in cluster.topic_config("a").entries()}
        assert cluster.topic_config("b").entries() == list(plain.values())
        own = {it.name: it for it in cluster.topic_config("c").entries()}
    changed = {name for name, it in own.items() if it is not plain[name]}
    assert changed == {"retention.ms"}


async def test_types_are_told_by_number_since_version_3() -> None:
    keys = ["retention.ms", "cleanup.policy", "preallocate"]
    async with running() as broker:
        await broker.create("t")
        found = await describe(broker, request(TOPIC, "t", keys), 4)
    assert {name: it.config_type for name, it in found.items()} == {
        "retention.ms": CONFIG_TYPES["long"],
        "cleanup.policy": CONFIG_TYPES["list"],
        "preallocate": CONFIG_TYPES["boolean"],
    }


async def test_keys_choose_settings_and_no_keys_choose_all() -> None:
    async with running() as broker:
        await broker.create("t")
        one = await describe(broker, request(TOPIC, "t", ["retention.ms", "nope"]))
        assert set(one) == {"retention.ms"}
        every = await describe(broker, request(TOPIC, "t"))
        assert len(every) > 20
        assert await describe(broker, request(TOPIC, "t", [])) == every


async def test_synonyms_come_when_asked_for_the_one_in_force_first() -> None:
    keys = ["retention.ms"]
    async with running({"log.retention.ms": "1"}) as broker:
        await broker.create("t", configs={"retention.ms": "5"})
        found = await describe(broker, request(TOPIC, "t", keys))
        assert found["retention.ms"].synonyms == ()
        asked = request(TOPIC, "t", keys, include_synonyms=True)
        found = await describe(broker, asked)
    assert [
        (it.name, it.value, it.source) for it in found["retention.ms"].synonyms
    ] == [
        ("retention.ms", "5", Source.DYNAMIC_TOPIC_CONFIG),
        ("log.retention.ms", "1", Source.STATIC_BROKER_CONFIG),
        ("log.retention.hours", "168", Source.STATIC_BROKER_CONFIG),
        ("log.retention.hours", "168", Source.DEFAULT_CONFIG),
    ]


async def test_documentation_comes_when_asked_for() -> None:
    keys = ["retention.ms"]
    async with running() as broker:
        await broker.create("t")
        found = await describe(broker, request(TOPIC, "t", keys))
        assert found["retention.ms"].documentation is None
        asked = request(TOPIC, "t", keys, include_documentation=True)
        found = await describe(broker, asked)
    assert found["retention.ms"].documentation


async def test_a_broker_tells_its_settings_but_no_secrets() -> None:
    settings = {"ssl.keystore.password": "secret"}
    async with running(settings) as broker:
        found = await describe(broker, request(BROKER, "1"))
    assert found["num.partitions"].read_only
    assert not found["log.retention.ms"].read_only
    assert found["log.dirs"].config_source == Source.STATIC_BROKER_CONFIG
    password = found["ssl.keystore.password"]
    assert (password.value, password.is_sensitive) == (None, True)


async def test_no_broker_means_what_was_set_for_all_while_running() -> None:
    async with running() as broker:
        assert await describe(broker, request(BROKER, "")) == {}
        edit = ConfigEdit(Edit.SET, "log.retention.ms", "7")
        await broker.state.cluster.edit_config(Kind.BROKER, DEFAULT_BROKER, [edit])
        found = await describe(broker, request(BROKER, "", include_synonyms=True))
    (entry,) = found.values()
    assert (entry.name, entry.value) == ("log.retention.ms", "7")
    assert entry.config_source == Source.DYNAMIC_DEFAULT_BROKER_CONFIG
    assert len(entry.synonyms) == 1


@pytest.mark.parametrize(
    ("kind", "name", "error"),
    [
        (TOPIC, "nope", Error.UNKNOWN_TOPIC_OR_PARTITION),
        (TOPIC, "a b", Error.INVALID_TOPIC_EXCEPTION),
        (TOPIC, "", Error.INVALID_TOPIC_EXCEPTION),
        (BROKER, "2", Error.INVALID_REQUEST),
        (BROKER, "x", Error.INVALID_REQUEST),
        (0, "x", Error.INVALID_REQUEST),
        (99, "x", Error.INVALID_REQUEST),
    ],
)
async def test_a_resource_must_be_there(kind: int, name: str, error: Error) -> None:
    async with running() as broker:
        assert (await refusal(broker, kind, name)).error_code == error
