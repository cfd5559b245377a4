"""What the cluster needs of ZooKeeper, whoever plays it.

`logion.coordination.journal` plays it inside the broker's process; a client of a real
ensemble can stand in its place. All of it may wait for a network, so all of it is
async, though the embedded store never waits.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from logion.coordination.tree import Listener, Node, Operation


class Coordination(Protocol):
    """A tree of small nodes that all brokers see the same way."""

    async def commit(self, operations: Sequence[Operation]) -> tuple[str, ...]:
        """Do all operations or none; return the path of each.

        They are safe when this returns. Raises CommitError if one of them cannot be
        done, OSError if it cannot be made safe.
        """
        ...

    async def node(self, path: str) -> Node:
        """Return one node; raises CommitError if there is none."""
        ...

    async def walk(self, path: str = "/") -> Iterable[tuple[str, Node]]:
        """Return `path` and all below it, each parent before its children."""
        ...

    async def journal(self) -> bytes:
        """Return a journal of the lasting nodes, without how they came to be.

        `logion.coordination.journal.open_journal` reads it.
        """
        ...

    def subscribe(self, listener: Listener) -> None:
        """Have `listener` called with what each later commit changed, by anyone."""
        ...

    async def close(self) -> None:
        """End the session: its ephemeral nodes go."""
        ...
