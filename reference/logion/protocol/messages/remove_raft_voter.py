"""RemoveRaftVoter (API 81): take a voter out of the KRaft quorum (KIP-853).

v0   3.9     the only form so far
"""

from __future__ import annotations

from logion.names import Uuid
from logion.protocol.schema import INT16, INT32, STRING, UUID, request, response, wire


@request(api=81, versions="0", flexible="0+")
class RemoveRaftVoterRequest:
    """Remove this voter."""

    cluster_id: str | None = wire(STRING, nullable="0+")
    """Id of the cluster the sender believes in; null: do not compare."""
    voter_id: int = wire(INT32)
    """Number of the node, `node.id`."""
    voter_directory_id: Uuid = wire(UUID)
    """Log directory that holds its log."""


@response(api=81, versions="0", flexible="0+")
class RemoveRaftVoterResponse:
    """Whether it was removed."""

    throttle_time_ms: int = wire(INT32)
    """How long the client should pause, in ms, because it is over a quota; 0 if not."""
    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    error_message: str | None = wire(STRING, nullable="0+", ignorable=True)
    """The error in words; null if there is none."""
