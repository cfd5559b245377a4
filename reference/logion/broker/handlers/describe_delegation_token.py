"""DescribeDelegationToken (API 41): which tokens there are (KIP-48).

v2   flexible
v3   who asked for them (KIP-373)

Over a connection that did not say who it is: DELEGATION_TOKEN_REQUEST_NOT_ALLOWED.
"""

from __future__ import annotations

from logion.broker.context import Context
from logion.broker.state import BrokerState
from logion.protocol.errors import Error
from logion.protocol.messages.describe_delegation_token import (
    DescribeDelegationTokenRequest,
    DescribeDelegationTokenResponse,
)


async def handle(
    broker: BrokerState, context: Context, request: DescribeDelegationTokenRequest
) -> DescribeDelegationTokenResponse:
    """Refuse: tokens are for those who said who they are."""
    return DescribeDelegationTokenResponse(
        error_code=Error.DELEGATION_TOKEN_REQUEST_NOT_ALLOWED,
        tokens=(),
        throttle_time_ms=0,
    )
