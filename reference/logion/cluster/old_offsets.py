"""Offsets as consumers of 0.8 keep them: in nodes, apart from `__consumer_offsets`.

The node `/consumers/GROUP/offsets/TOPIC/PARTITION` holds the offset as text.

Source: Kafka documentation, "Distribution"; OffsetCommit and OffsetFetch v0.
"""

from __future__ import annotations

from contextlib import suppress

from logion.coordination.store import Coordination
from logion.coordination.tree import CommitError, Create, Fault, SetData
from logion.names import TopicPartition
from logion.protocol.errors import ApiError, Error

CONSUMERS = "/consumers"


async def commit(
    store: Coordination, group_id: str, partition: TopicPartition, offset: int
) -> None:
    """Keep an offset; nodes that are missing are made.

    Raises ApiError INVALID_GROUP_ID for a name that no node can have.
    """
    if not _can_be_a_node(group_id):
        text = f"{group_id!r} cannot be the name of a node"
        raise ApiError(Error.INVALID_GROUP_ID, text)
    data = str(offset).encode()
    parts = _parts(group_id, partition)
    try:
        await store.commit([SetData("/".join(parts), data)])
    except CommitError as error:
        if error.fault is not Fault.NO_NODE:
            raise
        for depth in range(2, len(parts)):
            with suppress(CommitError):
                await store.commit([Create("/".join(parts[:depth]), None)])
        await store.commit([Create("/".join(parts), data)])


async def committed(
    store: Coordination, group_id: str, partition: TopicPartition
) -> int | None:
    """Return the offset that is kept, None if none is."""
    if not _can_be_a_node(group_id):
        return None
    try:
        node = await store.node("/".join(_parts(group_id, partition)))
    except CommitError:
        return None
    text = (node.data or b"").decode("ascii", "replace")
    return int(text) if text.lstrip("-").isdigit() else None


def _can_be_a_node(group_id: str) -> bool:
    return bool(group_id) and group_id not in {".", ".."} and not {*group_id} & {*"/\0"}


def _parts(group_id: str, partition: TopicPartition) -> list[str]:
    topic, index = partition
    return [*CONSUMERS.split("/"), group_id, "offsets", topic, str(index)]
