"""ListConfigResources: what has settings."""

from __future__ import annotations

import pytest
from logion.cluster.configs import ConfigEdit, Edit, Kind
from logion.protocol.errors import Error
from logion.protocol.messages.list_config_resources import (
    ListConfigResourcesRequest,
    ListConfigResourcesResponse,
)

from tests.logion.broker.running import Running, running

TOPIC, BROKER, LOGGER, METRICS, GROUP = 2, 4, 8, 16, 32
SET = {
    Kind.GROUP: ConfigEdit(Edit.SET, "consumer.session.timeout.ms", "50000"),
    Kind.METRICS: ConfigEdit(Edit.SET, "interval.ms", "1000"),
}
HARD = "a/b ü."
"""No name of a topic, and of a group all the same."""


async def listed(
    broker: Running, *kinds: int, version: int = 1
) -> list[tuple[int, str]]:
    request = ListConfigResourcesRequest(resource_types=kinds)
    answer = await broker.ask(request, version)
    assert isinstance(answer, ListConfigResourcesResponse)
    assert answer.error_code == Error.NONE
    return [(it.resource_type, it.resource_name) for it in answer.config_resources]


async def test_all_that_has_settings_is_listed_by_kind_and_name() -> None:
    async with running() as broker:
        await broker.create("u")
        await broker.create("t")
        for kind, edit in SET.items():
            await broker.state.cluster.edit_config(kind, HARD, [edit])
        assert await listed(broker) == [
            (TOPIC, "t"),
            (TOPIC, "u"),
            (BROKER, "1"),
            (LOGGER, "1"),
            (METRICS, HARD),
            (GROUP, HARD),
        ]
        assert await listed(broker, GROUP, BROKER) == [(BROKER, "1"), (GROUP, HARD)]
        assert await listed(broker, version=0) == [(METRICS, HARD)]


@pytest.mark.parametrize("kind", SET)
async def test_what_has_no_settings_any_more_is_not_listed(kind: Kind) -> None:
    edit, code = SET[kind], {Kind.GROUP: GROUP, Kind.METRICS: METRICS}[kind]
    async with running() as broker:
        cluster = broker.state.cluster
        await cluster.edit_config(kind, "x", [edit])
        assert await listed(broker, code) == [(code, "x")]
        await cluster.edit_config(kind, "x", [edit._replace(edit=Edit.DELETE)])
        assert await listed(broker, code) == []
        await cluster.edit_config(kind, "x", [edit._replace(edit=Edit.DELETE)])


async def test_a_kind_that_there_is_not_is_refused() -> None:
    async with running() as broker:
        request = ListConfigResourcesRequest(resource_types=(3,))
        answer = await broker.ask(request, 1)
    assert answer.error_code == Error.UNSUPPORTED_VERSION
    assert answer.config_resources == ()
