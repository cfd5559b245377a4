"""RemoveRaftVoter (API 81): let a controller take part in elections no more (KIP-853).

Refused: see `logion.broker.quorum`.
"""

from __future__ import annotations

from logion.broker.context import Context
from logion.broker.quorum import check_cluster, check_voter, fixed
from logion.broker.state import BrokerState
from logion.protocol.errors import ApiError
from logion.protocol.messages.remove_raft_voter import (
    RemoveRaftVoterRequest,
    RemoveRaftVoterResponse,
)


async def handle(
    broker: BrokerState, context: Context, request: RemoveRaftVoterRequest
) -> RemoveRaftVoterResponse:
    """Refuse, with what is wrong with the request first."""
    refusal = _refusal(broker, request)
    return RemoveRaftVoterResponse(
        throttle_time_ms=0, error_code=refusal.error, error_message=refusal.message
    )


def _refusal(broker: BrokerState, request: RemoveRaftVoterRequest) -> ApiError:
    try:
        check_cluster(broker, request.cluster_id)
        check_voter(request.voter_id, request.voter_directory_id)
    except ApiError as refusal:
        return refusal
    return fixed()
