"""Settings of users, client ids and addresses: where they are kept."""

from __future__ import annotations

import json

from logion.cluster import entities, znodes
from logion.cluster.changes import image_of
from logion.cluster.image import ClusterImage
from logion.coordination.journal import Journal, open_journal
from logion.coordination.tree import Create
from logion.testing.clock import FakeClock
from logion.testing.disk import MemoryDisk

RELEASE = "3.9"


async def a_store() -> Journal:
    """Return a store with the nodes that a release expects."""
    store = open_journal(MemoryDisk(), "journal", FakeClock())
    await store.commit([Create(path, None) for path in znodes.roots(RELEASE)])
    return store


async def image_in(store: Journal) -> ClusterImage:
    """Return the image of all that is in a store."""
    return image_of(await store.walk())


async def test_settings_are_where_kafka_keeps_them_and_are_found_again() -> None:
    store, both = await a_store(), {"users/u/clients/c": {"producer_byte_rate": "1"}}
    await entities.store(store, ClusterImage(), both, RELEASE)
    await entities.store(store, ClusterImage(), {"users/u": {"k": "v"}}, RELEASE)
    data = (await store.node("/config/users/u/clients/c")).data or b""
    assert json.loads(data) == {"version": 1, "config": {"producer_byte_rate": "1"}}
    assert (await image_in(store)).entity_configs == {**both, "users/u": {"k": "v"}}


async def test_everybody_is_told_of_a_change() -> None:
    store = await a_store()
    await entities.store(store, ClusterImage(), {"users/u/clients/c": {}}, RELEASE)
    assert (await store.node("/config/changes")).children == frozenset()
    await entities.store(
        store, ClusterImage(), {"users/u/clients/c": {"k": "v"}}, RELEASE
    )
    (note,) = (await store.node("/config/changes")).children
    data = (await store.node(f"/config/changes/{note}")).data or b""
    assert json.loads(data) == {"version": 2, "entity_path": "users/u/clients/c"}


async def test_who_changes_is_written_beside_who_does_not() -> None:
    store, before = await a_store(), {"users/u": {"k": "v"}}
    await entities.store(store, ClusterImage(), before, RELEASE)
    both = {**before, "users/v": {"k": "w"}}
    await entities.store(store, await image_in(store), both, RELEASE)
    assert (await image_in(store)).entity_configs == both


async def test_what_does_not_change_is_not_written() -> None:
    store, settings = await a_store(), {"users/u": {"k": "v"}}
    await entities.store(store, ClusterImage(), settings, RELEASE)
    image = await image_in(store)
    version = (await store.node("/config/users/u")).version
    await entities.store(store, image, settings, RELEASE)
    assert (await store.node("/config/users/u")).version == version
