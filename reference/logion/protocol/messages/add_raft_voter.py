"""TODO."""

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
    """TODO."""

    name: str = wire(STRING)
    """TODO."""
    host: str = wire(STRING)
    """Name or address to connect to."""
    port: int = wire(UINT16)
    """TCP port to connect to."""


@request(api=80, versions="0-1", flexible="0+")
class AddRaftVoterRequest:
    """TODO."""

    cluster_id: str | None = wire(STRING, nullable="0+")
    """Id of the cluster the sender believes in; null: do not compare."""
    timeout_ms: int = wire(INT32)
    """How long the broker may wait for completion before it answers, in ms."""
    voter_id: int = wire(INT32)
    """TODO."""
    voter_directory_id: Uuid = wire(UUID)
    """Log directory that holds the log of the voter (KIP-853)."""
    listeners: tuple[Listener, ...] = wire(array(Listener))
    """TODO."""
    ack_when_committed: bool = wire(BOOL, "1+", default=True)
    """TODO."""


@response(api=80, versions="0-1", flexible="0+")
class AddRaftVoterResponse:
    """TODO."""

    throttle_time_ms: int = wire(INT32)
    """How long the client should pause, in ms, because it is over a quota; 0 if not."""
    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    error_message: str | None = wire(STRING, nullable="0+", ignorable=True)
    """The error in words; null if there is none."""
