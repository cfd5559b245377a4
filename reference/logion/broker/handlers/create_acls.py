"""CreateAcls (API 30): let or forbid somebody something (KIP-140).

v1   kinds of patterns (KIP-290)
v2   flexible
v3   users as resources (KIP-373)
"""

from __future__ import annotations

from logion.broker.acls import NO_AUTHORIZER, check_readable
from logion.broker.context import Context
from logion.broker.state import BrokerState
from logion.protocol.errors import Error
from logion.protocol.messages.create_acls import (
    AclCreationResult,
    CreateAclsRequest,
    CreateAclsResponse,
)

REFUSED = AclCreationResult(
    error_code=Error.SECURITY_DISABLED, error_message=NO_AUTHORIZER
)


async def handle(
    broker: BrokerState, context: Context, request: CreateAclsRequest
) -> CreateAclsResponse:
    """Refuse each: there is no authorizer."""
    for rule in request.creations:
        check_readable(rule, rule.resource_type, rule.resource_pattern_type)
    return CreateAclsResponse(
        throttle_time_ms=0, results=(REFUSED,) * len(request.creations)
    )
