"""AddRaftVoter (API 80): make a node a voter of the KRaft quorum (KIP-853).

v0   3.9     the first form
v1   4.2     the answer may come before the change is committed (KIP-1186)
"""

from __future__ import annotations

from logion.names import Uuid
from logion.protocol.schema import (
    BOOL,
    INT16,
    INT32,
    STRING,
    UINT16,
    UUID,
    array,
    request,
    response,
    struct,
    wire,
)


@struct
class Listener:
    """A listener of the voter."""

    name: str = wire(STRING)
    """Name of the listener."""
    host: str = wire(STRING)
    """Name or address to connect to."""
    port: int = wire(UINT16)
    """TCP port to connect to."""


@request(api=80, versions="0-1", flexible="0+")
class AddRaftVoterRequest:
    """Add this voter."""

    cluster_id: str | None = wire(STRING, nullable="0+")
    """Id of the cluster the sender believes in; null: do not compare."""
    timeout_ms: int = wire(INT32)
    """How long the change may take, in ms."""
    voter_id: int = wire(INT32)
    """Number of the node, `node.id`."""
    voter_directory_id: Uuid = wire(UUID)
    """Log directory that holds its log."""
    listeners: tuple[Listener, ...] = wire(array(Listener))
    """Where it listens for controllers."""
    ack_when_committed: bool = wire(BOOL, "1+", default=True)
    """Whether the answer waits until a majority has the change."""


@response(api=80, versions="0-1", flexible="0+")
class AddRaftVoterResponse:
    """Whether it is a voter now."""

    throttle_time_ms: int = wire(INT32)
    """How long the client should pause, in ms, because it is over a quota; 0 if not."""
    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    error_message: str | None = wire(STRING, nullable="0+", ignorable=True)
    """The error in words; null if there is none."""
