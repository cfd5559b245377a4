"""ListGroups (API 16): the groups that this broker coordinates.

v3   flexible
v4   states, and a filter by them (KIP-518)
v5   types, and a filter by them (KIP-848)
"""

from __future__ import annotations

from logion.broker.context import Context
from logion.broker.group_requests import state_name
from logion.broker.state import BrokerState
from logion.group.cell import GroupCell
from logion.group.views import CLASSIC
from logion.protocol.embedded import CONSUMER
from logion.protocol.errors import Error
from logion.protocol.messages.list_groups import (
    ListedGroup,
    ListGroupsRequest,
    ListGroupsResponse,
)
from logion.protocol.releases import release

ANY_CASE_SINCE = release("3.8")
"""Before, states are named as they are written (KAFKA-16095)."""


async def handle(
    broker: BrokerState, context: Context, request: ListGroupsRequest
) -> ListGroupsResponse:
    """Return the groups, as filtered; those that are loaded if some are not yet."""
    fold = str.lower if broker.release >= ANY_CASE_SINCE else str
    states = {fold(it) for it in request.states_filter}
    types = {it.lower() for it in request.types_filter}
    groups = broker.groups
    listed = (_listed(broker, it) for _, it in groups.cells() if groups.is_told(it))
    return ListGroupsResponse(
        error_code=Error.COORDINATOR_LOAD_IN_PROGRESS
        if groups.shards.are_loading
        else Error.NONE,
        groups=tuple(
            it
            for it in listed
            if (not states or fold(it.group_state) in states)
            and (not types or it.group_type in types)
        ),
    )


def _listed(broker: BrokerState, cell: GroupCell) -> ListedGroup:
    if cell.consumer is not None:
        return ListedGroup(
            group_id=cell.id,
            protocol_type=CONSUMER,
            group_state=cell.consumer.state.value,
            group_type=CONSUMER,
        )
    return ListedGroup(
        group_id=cell.id,
        protocol_type=cell.classic.protocol_type or "",
        group_state=state_name(broker, cell.classic.state),
        group_type=CLASSIC,
    )
