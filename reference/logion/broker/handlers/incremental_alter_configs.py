"""IncrementalAlterConfigs (API 44): change single settings of a resource (KIP-339).

v1   flexible
"""

from __future__ import annotations

from logion.broker.context import Context
from logion.broker.resources import (
    BROKER,
    TOPIC,
    broker_entity,
    change_each,
    check_changeable_topic,
    check_settings_once,
    unsupported,
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
    name = resource.resource_name
    check_settings_once(resource.configs)
    edits = [_config_edit(it) for it in resource.configs]
    if resource.resource_type == TOPIC:
        check_changeable_topic(broker, name)
        await broker.cluster.edit_topic_config(name, edits, validate_only=validate_only)
    elif resource.resource_type == BROKER:
        entity = broker_entity(broker, name)
        await broker.cluster.edit_broker_config(
            entity, edits, validate_only=validate_only
        )
    else:
        raise unsupported(resource)


def _config_edit(asked: AlterableConfig) -> ConfigEdit:
    known = {it.value: it for it in Edit}
    edit = known.get(asked.config_operation)
    if edit is None:
        text = f"{asked.name}: there is no operation {asked.config_operation}"
        raise ApiError(Error.INVALID_REQUEST, text)
    return ConfigEdit(edit, asked.name, asked.value)
