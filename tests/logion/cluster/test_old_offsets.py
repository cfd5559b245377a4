from __future__ import annotations

import pytest
from logion.cluster import old_offsets
from logion.coordination.journal import open_journal
from logion.coordination.tree import Create
from logion.names import TopicPartition
from logion.protocol.errors import ApiError
from logion.testing.clock import FakeClock
from logion.testing.disk import MemoryDisk

T = TopicPartition("t", 3)


async def test_an_offset_is_kept_where_consumers_of_0_8_look_for_it() -> None:
    store = open_journal(MemoryDisk(), "journal", FakeClock())
    await store.commit([Create("/consumers", None)])
    assert await old_offsets.committed(store, "g", T) is None
    await old_offsets.commit(store, "g", T, 5)
    await old_offsets.commit(store, "g", T, 6)
    assert (await store.node("/consumers/g/offsets/t/3")).data == b"6"
    assert await old_offsets.committed(store, "g", T) == 6


@pytest.mark.parametrize("group", ["", "a/b", "..", "\0"])
async def test_a_name_that_no_node_can_have_is_refused(group: str) -> None:
    store = open_journal(MemoryDisk(), "journal", FakeClock())
    with pytest.raises(ApiError, match="INVALID_GROUP_ID"):
        await old_offsets.commit(store, group, T, 5)
    assert await old_offsets.committed(store, group, T) is None


async def test_a_node_that_holds_no_number_is_no_offset() -> None:
    store = open_journal(MemoryDisk(), "journal", FakeClock())
    await store.commit([Create("/consumers", None)])
    await old_offsets.commit(store, "g", T, 5)
    from logion.coordination.tree import SetData

    await store.commit([SetData("/consumers/g/offsets/t/3", b"five")])
    assert await old_offsets.committed(store, "g", T) is None
