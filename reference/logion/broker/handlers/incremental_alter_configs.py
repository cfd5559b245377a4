"""IncrementalAlterConfigs (API 44): change single settings of a resource (KIP-339).

v1   flexible
"""

from __future__ import annotations

from logion.broker.context import Context
from logion.broker.resources import (
    LOGGER,
    LOGGERS_SINCE,
    TOPIC,
    change_each,
    changed_entity,
    check_own_number,
    check_settings_once,
    check_topic_is_named,
)
from logion.broker.state import BrokerState
from logion.cluster.configs import ConfigEdit, Edit
from logion.protocol.errors import ApiError, Error
from logion.protocol.messages.incremental_alter_configs import (
    AlterableConfig,
    AlterConfigsResource,
    AlterConfigsResourceResponse,
    IncrementalAlterConfigsRequest,
    IncrementalAlterConfigsResponse,
)


async def handle(
    broker: BrokerState, context: Context, request: IncrementalAlterConfigsRequest
) -> IncrementalAlterConfigsResponse:
    """Change the settings named and no others; each resource has its own result."""

    async def change(resource: AlterConfigsResource) -> None:
        await _edit(broker, resource, validate_only=request.validate_only)

    responses = [
        AlterConfigsResourceResponse(
            error_code=outcome.error,
            error_message=outcome.message,
            resource_type=resource.resource_type,
            resource_name=resource.resource_name,
        )
        for resource, outcome in await change_each(request.resources, change)
    ]
    return IncrementalAlterConfigsResponse(
        throttle_time_ms=0, responses=tuple(responses)
    )


async def _edit(
    broker: BrokerState, resource: AlterConfigsResource, *, validate_only: bool
) -> None:
    check_settings_once(resource.configs)
    edits = [_config_edit(it) for it in resource.configs]
    if resource.resource_type == LOGGER and broker.release >= LOGGERS_SINCE:
        check_own_number(broker, resource.resource_name)
        broker.loggers.edit(edits, validate_only=validate_only)
        return
    if resource.resource_type == TOPIC:
        check_topic_is_named(resource.resource_name)
    kind, name = changed_entity(broker, resource)
    await broker.cluster.edit_config(kind, name, edits, validate_only=validate_only)


def _config_edit(asked: AlterableConfig) -> ConfigEdit:
    known = {it.value: it for it in Edit}
    edit = known.get(asked.config_operation)
    if edit is None:
        text = f"{asked.name}: there is no operation {asked.config_operation}"
        raise ApiError(Error.INVALID_REQUEST, text)
    return ConfigEdit(edit, asked.name, asked.value)
