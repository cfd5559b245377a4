"""What the APIs of settings speak of: topics and brokers, by type and name."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
from logion.broker.resources import (
    BROKER,
    TOPIC,
    broker_entity,
    check_changeable_topic,
    check_once,
    check_settings_once,
    check_topic,
    count,
    unsupported,
)
from logion.cluster.configs import DEFAULT_BROKER
from logion.protocol.errors import ApiError, Error
from logion.protocol.messages.alter_configs import (
    AlterableConfig,
    AlterConfigsResource,
)

from tests.logion.broker.running import running


def resource(kind: int, name: str) -> AlterConfigsResource:
    """Return a resource as a request names it."""
    return AlterConfigsResource(resource_type=kind, resource_name=name, configs=())


def error_of(check: Callable[[], object]) -> Error:
    """Return the error that `check` raises."""
    with pytest.raises(ApiError) as refusal:
        check()
    return refusal.value.error


async def test_a_topic_must_have_a_legal_name_and_be_there() -> None:
    async with running() as broker:
        await broker.create("t")
        check_topic(broker.state, "t")
        check_changeable_topic(broker.state, "t")
        missing = error_of(lambda: check_topic(broker.state, "u"))
        assert missing is Error.UNKNOWN_TOPIC_OR_PARTITION
        illegal = error_of(lambda: check_topic(broker.state, "x y"))
        assert illegal is Error.INVALID_TOPIC_EXCEPTION


async def test_there_are_no_settings_of_all_topics() -> None:
    async with running() as broker:
        error = error_of(lambda: check_changeable_topic(broker.state, ""))
        assert error is Error.INVALID_REQUEST


async def test_a_broker_knows_its_own_settings_and_those_of_all() -> None:
    async with running() as broker:
        assert broker_entity(broker.state, "1") == "1"
        assert broker_entity(broker.state, "") == DEFAULT_BROKER
        for name in ("2", "x", "01"):
            error = error_of(partial(broker_entity, broker.state, name))
            assert error is Error.INVALID_REQUEST


async def test_settings_of_all_brokers_came_with_1_1() -> None:
    async with running(release="1.0") as broker:
        error = error_of(lambda: broker_entity(broker.state, ""))
        assert error is Error.INVALID_REQUEST


def test_a_resource_may_be_named_once() -> None:
    one, other = resource(TOPIC, "1"), resource(BROKER, "1")
    check_once(one, count([one, other]))
    error = error_of(lambda: check_once(one, count([one, other, one])))
    assert error is Error.INVALID_REQUEST


def test_a_setting_may_be_named_once() -> None:
    rows = [AlterableConfig(name=name, value="1") for name in ("a", "b", "a")]
    check_settings_once(rows[:2])
    assert error_of(lambda: check_settings_once(rows)) is Error.INVALID_REQUEST


def test_other_resources_are_refused_by_their_type() -> None:
    refusal = unsupported(resource(99, "x"))
    assert refusal.error is Error.INVALID_REQUEST
    assert "99" in str(refusal)
