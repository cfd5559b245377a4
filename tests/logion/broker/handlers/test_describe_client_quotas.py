"""DescribeClientQuotas: which quotas are set."""

from __future__ import annotations

import pytest
from logion.protocol.errors import Error
from logion.protocol.messages.describe_client_quotas import (
    ComponentData,
    DescribeClientQuotasRequest,
    DescribeClientQuotasResponse,
)

from tests.logion.broker.running import running

EXACT, BY_DEFAULT, SPECIFIED = range(3)
SET = {
    "clients/app": {"consumer_byte_rate": "7"},
    "users/alice": {"SCRAM-SHA-256": "salt=...", "producer_byte_rate": "5"},
    "users/alice/clients/<default>": {"request_percentage": "2.5"},
    "users/bob": {"SCRAM-SHA-256": "salt=..."},
}


def request(
    *components: tuple[str, int, str | None], strict: bool = False
) -> DescribeClientQuotasRequest:
    """Return a request for entities with these parts."""
    return DescribeClientQuotasRequest(
        components=tuple(
            ComponentData(entity_type=kind, match_type=match, match=name)
            for kind, match, name in components
        ),
        strict=strict,
    )


def told(
    answer: DescribeClientQuotasResponse,
) -> dict[tuple[tuple[str, str | None], ...], dict[str, float]]:
    """Return the quotas of an answer by entity."""
    assert answer.error_code == Error.NONE
    return {
        tuple((it.entity_type, it.entity_name) for it in entry.entity): {
            it.key: it.value for it in entry.values
        }
        for entry in answer.entries or ()
    }


@pytest.mark.parametrize("version", range(2))
async def test_every_version_tells_what_is_set_and_no_credentials(version: int) -> None:
    async with running() as broker:
        await broker.state.cluster.configure_entities(SET)
        answer = await broker.ask(request(), version)
    assert told(answer) == {
        (("client-id", "app"),): {"consumer_byte_rate": 7},
        (("user", "alice"),): {"producer_byte_rate": 5},
        (("user", "alice"), ("client-id", None)): {"request_percentage": 2.5},
    }


async def test_only_what_matches_is_told() -> None:
    async with running() as broker:
        await broker.state.cluster.configure_entities(SET)
        answer = await broker.ask(request(("user", EXACT, "alice"), strict=True))
    assert told(answer) == {(("user", "alice"),): {"producer_byte_rate": 5}}


async def test_a_filter_that_cannot_be_has_an_error_and_no_entries() -> None:
    async with running() as broker:
        answer = await broker.ask(request(("nope", SPECIFIED, None)))
    assert (answer.error_code, answer.entries) == (Error.UNSUPPORTED_VERSION, None)
    assert "nope" in (answer.error_message or "")
