"""DescribeUserScramCredentials: who has SCRAM credentials."""

from __future__ import annotations

import pytest
from logion.protocol.errors import Error
from logion.protocol.messages.describe_user_scram_credentials import (
    DescribeUserScramCredentialsRequest,
    UserName,
)

from tests.logion.broker.handlers.test_alter_user_scram_credentials import request
from tests.logion.broker.running import Running, running

SHA_256, SHA_512 = 1, 2


async def told(
    broker: Running, *names: str, everybody: bool = False
) -> dict[str, tuple[int, list[tuple[int, int]]]]:
    """Return error, and mechanisms with iterations, of each user."""
    users = None if everybody else tuple(UserName(name=it) for it in names)
    answer = await broker.ask(DescribeUserScramCredentialsRequest(users=users))
    assert (answer.error_code, answer.error_message) == (Error.NONE, "")
    return {
        it.user: (
            it.error_code,
            [(info.mechanism, info.iterations) for info in it.credential_infos],
        )
        for it in answer.results
    }


@pytest.mark.parametrize("everybody", [False, True])
async def test_without_names_everybody_is_told(*, everybody: bool) -> None:
    async with running() as broker:
        await broker.ask(request("bob", "a/b"))
        await broker.ask(request("a/b", mechanism=SHA_512))
        quota = {"producer_byte_rate": "5"}
        others = {"users/carl": quota, "users/<default>": quota, "clients/c": quota}
        await broker.state.cluster.configure_entities(others)
        assert await told(broker, everybody=everybody) == {
            "a/b": (0, [(SHA_256, 4096), (SHA_512, 4096)]),
            "bob": (0, [(SHA_256, 4096)]),
        }


async def test_of_those_named_each_has_an_answer() -> None:
    async with running() as broker:
        await broker.ask(request("bob", "alice"))
        assert await told(broker, "bob", "nope", "alice", "alice", "") == {
            "bob": (0, [(SHA_256, 4096)]),
            "nope": (Error.RESOURCE_NOT_FOUND, []),
            "alice": (Error.DUPLICATE_RESOURCE, []),
            "": (Error.RESOURCE_NOT_FOUND, []),
        }
