"""Settings of users, client ids and addresses: quotas and credentials, in nodes.

They are below `/config`, at the path of the entity (`logion.quota.entity`), in the form
of a topic's settings.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress

from logion.cluster import znodes
from logion.cluster.image import ClusterImage
from logion.cluster.znodes import ConfigChange
from logion.coordination.store import Coordination
from logion.coordination.tree import CommitError, Create, Operation, SetData


async def store(
    nodes: Coordination,
    image: ClusterImage,
    changed: Mapping[str, Mapping[str, str]],
    release: str,
) -> None:
    """Let the entities at these paths have just these settings, all at once."""
    operations: list[Operation] = []
    for path, settings in changed.items():
        if settings == image.entity_configs.get(path, {}):
            continue
        await _make_way(nodes, path)
        operations.append(
            SetData(f"{znodes.CONFIG}/{path}", znodes.write_config(settings))
        )
        operations.append(_note(path, release))
    if operations:
        await nodes.commit(operations)


async def _make_way(nodes: Coordination, path: str) -> None:
    """Make the nodes of a path that are missing, empty."""
    parts = path.split("/")
    for depth in range(1, len(parts) + 1):
        with suppress(CommitError):
            place = "/".join([znodes.CONFIG, *parts[:depth]])
            await nodes.commit([Create(place, None)])


def _note(path: str, release: str) -> Operation:
    kind, _, name = path.partition("/")
    note = znodes.write_config_change(ConfigChange(kind, name), release)
    return Create(f"{znodes.CONFIG_CHANGES}/config_change_", note, is_sequential=True)
