"""AddRaftVoter (API 80): let one more controller take part in elections (KIP-853).

v1   whether to wait until it is agreed

Refused: see `logion.broker.quorum`.
"""

from __future__ import annotations

from logion.broker.context import Context
from logion.broker.quorum import check_cluster, check_voter, fixed
from logion.broker.state import BrokerState
from logion.protocol.errors import ApiError, Error
from logion.protocol.messages.add_raft_voter import (
    AddRaftVoterRequest,
    AddRaftVoterResponse,
)


async def handle(
    broker: BrokerState, context: Context, request: AddRaftVoterRequest
) -> AddRaftVoterResponse:
    """Refuse, with what is wrong with the request first."""
    refusal = _refusal(broker, request)
    return AddRaftVoterResponse(
        throttle_time_ms=0, error_code=refusal.error, error_message=refusal.message
    )


def _refusal(broker: BrokerState, request: AddRaftVoterRequest) -> ApiError:
    try:
        check_cluster(broker, request.cluster_id)
        check_voter(request.voter_id, request.voter_directory_id)
    except ApiError as refusal:
        return refusal
    if not request.listeners:
        text = f"voter {request.voter_id} has no listener to be reached by"
        return ApiError(Error.INVALID_REQUEST, text)
    return fixed()
