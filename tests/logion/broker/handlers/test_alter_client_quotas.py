"""AlterClientQuotas: set and remove quotas."""

from __future__ import annotations

import pytest
from logion.protocol.errors import Error

from tests.logion.broker.quotas_set import alter_request, alteration
from tests.logion.broker.running import running

USER = [("user", "alice")]
BOTH = [("user", "alice"), ("client-id", None)]


@pytest.mark.parametrize("version", range(2))
async def test_every_version_sets_and_removes(version: int) -> None:
    first = alteration(USER, ("producer_byte_rate", 5.0), ("request_percentage", 2.5))
    async with running() as broker:
        answer = await broker.ask(alter_request(first), version)
        (result,) = answer.entries
        assert (result.error_code, result.error_message) == (Error.NONE, None)
        assert [(it.entity_type, it.entity_name) for it in result.entity] == USER
        image = broker.state.cluster.image
        assert image.entity_configs["users/alice"] == {
            "producer_byte_rate": "5",
            "request_percentage": "2.5",
        }
        removal = alteration(USER, ("producer_byte_rate", None))
        await broker.ask(alter_request(removal), version)
        image = broker.state.cluster.image
        assert image.entity_configs["users/alice"] == {"request_percentage": "2.5"}


async def test_each_entity_has_its_own_result() -> None:
    good = alteration(BOTH, ("producer_byte_rate", 5.0))
    bad = alteration(USER, ("nope", 5.0))
    async with running() as broker:
        results = (await broker.ask(alter_request(good, bad))).entries
        assert set(broker.state.cluster.image.entity_configs) == {
            "users/alice/clients/<default>"
        }
    assert [it.error_code for it in results] == [Error.NONE, Error.INVALID_REQUEST]
    assert "nope" in (results[1].error_message or "")


async def test_validate_only_changes_nothing() -> None:
    asked = alteration(USER, ("producer_byte_rate", 5.0))
    async with running() as broker:
        answer = await broker.ask(alter_request(asked, validate_only=True))
        assert answer.entries[0].error_code == Error.NONE
        assert broker.state.cluster.image.entity_configs == {}


@pytest.mark.parametrize(
    ("release", "error", "keys"),
    [
        ("3.9", Error.NONE, {"producer_byte_rate", "consumer_byte_rate"}),
        ("4.3", Error.INVALID_REQUEST, {"producer_byte_rate"}),
    ],
)
async def test_an_entity_named_twice_is_changed_twice_on_zookeeper_only(
    release: str, error: Error, keys: set[str]
) -> None:
    entries = [
        alteration(USER, (key, 5.0))
        for key in ("producer_byte_rate", "consumer_byte_rate")
    ]
    async with running(release=release) as broker:
        (result,) = (await broker.ask(alter_request(*entries))).entries
        assert result.error_code == error
        assert set(broker.state.cluster.image.entity_configs["users/alice"]) == keys


async def test_an_entity_named_twice_goes_on_from_what_its_first_change_left() -> None:
    set_one = alteration(USER, ("producer_byte_rate", 5.0))
    remove = alteration(USER, ("producer_byte_rate", None))
    other = alteration(USER, ("consumer_byte_rate", 5.0))
    async with running(release="3.9") as broker:
        await broker.ask(alter_request(set_one))
        await broker.ask(alter_request(remove, other))
        kept = broker.state.cluster.image.entity_configs["users/alice"]
    assert set(kept) == {"consumer_byte_rate"}


async def test_a_failed_disk_is_said_and_nothing_else_fails(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def fail(self: object, changed: object) -> None:
        raise OSError(5, "broken")

    good = alteration(USER, ("producer_byte_rate", 5.0))
    bad = alteration([], ("producer_byte_rate", 5.0))
    async with running() as broker:
        kind = type(broker.state.cluster)
        monkeypatch.setattr(kind, "configure_entities", fail)
        results = (await broker.ask(alter_request(good, bad))).entries
    codes = [it.error_code for it in results]
    assert codes == [Error.KAFKA_STORAGE_ERROR, Error.INVALID_REQUEST]
