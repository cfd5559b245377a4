"""DeleteAcls (API 31): take rules of access away (KIP-140).

v1   kinds of patterns (KIP-290)
v2   flexible
v3   users as resources (KIP-373)
"""

from __future__ import annotations

from logion.broker.acls import NO_AUTHORIZER, check_readable
from logion.broker.context import Context
from logion.broker.state import BrokerState
from logion.protocol.errors import Error
from logion.protocol.messages.delete_acls import (
    DeleteAclsFilterResult,
    DeleteAclsRequest,
    DeleteAclsResponse,
)

REFUSED = DeleteAclsFilterResult(
    error_code=Error.SECURITY_DISABLED, error_message=NO_AUTHORIZER, matching_acls=()
)


async def handle(
    broker: BrokerState, context: Context, request: DeleteAclsRequest
) -> DeleteAclsResponse:
    """Refuse each: there is no authorizer."""
    for rule in request.filters:
        check_readable(rule, rule.resource_type_filter, rule.pattern_type_filter)
    return DeleteAclsResponse(
        throttle_time_ms=0, filter_results=(REFUSED,) * len(request.filters)
    )
