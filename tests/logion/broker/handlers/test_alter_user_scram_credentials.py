"""AlterUserScramCredentials: keep and delete SCRAM credentials."""

from __future__ import annotations

import pytest
from logion.protocol.errors import Error
from logion.protocol.messages.alter_user_scram_credentials import (
    AlterUserScramCredentialsRequest,
    ScramCredentialDeletion,
    ScramCredentialUpsertion,
)

from tests.logion.broker.running import Running, running


def request(
    *users: str, mechanism: int = 1, deleted: tuple[str, ...] = ()
) -> AlterUserScramCredentialsRequest:
    """Return a request that keeps a credential of each user, and deletes others."""
    return AlterUserScramCredentialsRequest(
        deletions=tuple(
            ScramCredentialDeletion(name=it, mechanism=mechanism) for it in deleted
        ),
        upsertions=tuple(
            ScramCredentialUpsertion(
                name=it,
                mechanism=mechanism,
                iterations=4096,
                salt=b"salt",
                salted_password=b"p" * 32,
            )
            for it in users
        ),
    )


async def change(
    broker: Running, asked: AlterUserScramCredentialsRequest
) -> dict[str, tuple[int, str | None]]:
    """Return error and text for each user."""
    results = (await broker.ask(asked)).results
    return {it.user: (it.error_code, it.error_message) for it in results}


@pytest.mark.parametrize(("release", "text"), [("3.9", ""), ("4.3", None)])
async def test_credentials_are_kept_and_deleted(release: str, text: str | None) -> None:
    async with running(release=release) as broker:
        first = await change(broker, request("alice", "a/b"))
        assert first == {"alice": (0, text), "a/b": (0, text)}
        kept = broker.state.cluster.image.entity_configs
        assert set(kept) == {"users/alice", "users/a%2Fb"}
        assert kept["users/alice"]["SCRAM-SHA-256"].startswith("salt=c2FsdA==,stored")
        await change(broker, request(deleted=("alice",)))
        assert broker.state.cluster.image.entity_configs["users/alice"] == {}


async def test_each_user_has_its_own_result() -> None:
    async with running() as broker:
        found = await change(broker, request("alice", "", deleted=("bob",)))
    assert {user: code for user, (code, _) in found.items()} == {
        "bob": Error.RESOURCE_NOT_FOUND,
        "alice": Error.NONE,
        "": Error.UNACCEPTABLE_CREDENTIAL,
    }


async def test_a_failed_disk_is_said_of_what_was_to_be_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def fail(self: object, changed: object) -> None:
        raise OSError(5, "broken")

    async with running() as broker:
        kind = type(broker.state.cluster)
        monkeypatch.setattr(kind, "configure_entities", fail)
        found = await change(broker, request("alice", ""))
    codes = {user: code for user, (code, _) in found.items()}
    assert codes == {
        "alice": Error.KAFKA_STORAGE_ERROR,
        "": Error.UNACCEPTABLE_CREDENTIAL,
    }
