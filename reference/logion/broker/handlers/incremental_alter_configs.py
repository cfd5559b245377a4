"""IncrementalAlterConfigs (API 44): change single settings of a resource (KIP-339).

v1   flexible
"""

from __future__ import annotations

from collections import Counter

from logion.broker.context import Context
from logion.broker.resources import (
    BROKER,
    TOPIC,
    broker_entity,
    check_changeable_topic,
    check_once,
    check_settings_once,
    count,
    unsupported,
)
from logion.broker.state import BrokerState
from logion.broker.storing import storing
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
    named = count(request.resources)
    responses = [
        await _alter(broker, it, named, validate_only=request.validate_only)
        for it in request.resources
    ]
    return IncrementalAlterConfigsResponse(
        throttle_time_ms=0, responses=tuple(responses)
    )


async def _alter(
    broker: BrokerState,
    resource: AlterConfigsResource,
    named: Counter[tuple[int, str]],
    *,
    validate_only: bool,
) -> AlterConfigsResourceResponse:
    error, message = Error.NONE, None
    try:
        check_once(resource, named)
        with storing():
            await _edit(broker, resource, validate_only=validate_only)
    except ApiError as refusal:
        error, message = refusal.error, refusal.message or refusal.error.meaning
    return AlterConfigsResourceResponse(
        error_code=error,
        error_message=message,
        resource_type=resource.resource_type,
        resource_name=resource.resource_name,
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
