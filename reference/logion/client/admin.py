"""Administration: topics made, deleted, described; groups listed and deleted.

Each function asks whom it concerns (the controller, the coordinator) and raises the
ApiError it answers with: at once, or of groups, which a coordinator may still be
loading, after the cluster's `retry_s`. Timeouts are how long the broker may take, in
milliseconds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial

from logion.client.cluster import Cluster, raise_for
from logion.names import ZERO_UUID
from logion.protocol.messages.create_topics import (
    CreatableTopic,
    CreatableTopicConfig,
    CreateTopicsRequest,
    CreateTopicsResponse,
)
from logion.protocol.messages.delete_groups import (
    DeleteGroupsRequest,
    DeleteGroupsResponse,
)
from logion.protocol.messages.delete_topics import (
    DeleteTopicsRequest,
    DeleteTopicsResponse,
    DeleteTopicState,
)
from logion.protocol.messages.describe_configs import (
    DescribeConfigsRequest,
    DescribeConfigsResource,
    DescribeConfigsResponse,
)
from logion.protocol.messages.list_groups import ListGroupsRequest, ListGroupsResponse

TOPIC = 2
"""Resource type of a topic in the configuration APIs."""
BROKER = 4
"""Resource type of a broker in the configuration APIs."""

DELETE_TOPICS = 20


async def create_topic(
    cluster: Cluster,
    name: str,
    *,
    partitions: int = 1,
    replication_factor: int = 1,
    configs: Mapping[str, str] | None = None,
    timeout_ms: int = 30_000,
) -> None:
    """Make a topic; raises what CreateTopics says if it cannot be made."""
    rows = tuple(
        CreatableTopicConfig(name=key, value=value)
        for key, value in (configs or {}).items()
    )
    topic = CreatableTopic(
        name=name,
        num_partitions=partitions,
        replication_factor=replication_factor,
        assignments=(),
        configs=rows,
    )
    request = CreateTopicsRequest(topics=(topic,), timeout_ms=timeout_ms)
    answer = await cluster.ask_controller(request, CreateTopicsResponse)
    for result in answer.topics:
        raise_for(result.error_code, result.error_message)


async def delete_topics(
    cluster: Cluster, names: Iterable[str], *, timeout_ms: int = 30_000
) -> None:
    """Delete topics by name; raises the first error among them."""
    controller = await cluster.controller()
    version = controller.versions.newest(DELETE_TOPICS)
    request = delete_request(names, version, timeout_ms)
    answer = await controller.call(request, DeleteTopicsResponse, version=version)
    for result in answer.responses:
        raise_for(result.error_code, result.name)


def delete_request(
    names: Iterable[str], version: int, timeout_ms: int
) -> DeleteTopicsRequest:
    """Return the request; names stand elsewhere in it from version 6 (KIP-516)."""
    if version < 6:
        return DeleteTopicsRequest(topic_names=tuple(names), timeout_ms=timeout_ms)
    topics = tuple(DeleteTopicState(name=name, topic_id=ZERO_UUID) for name in names)
    return DeleteTopicsRequest(topics=topics, timeout_ms=timeout_ms)


async def describe_configs(
    cluster: Cluster, resource_type: int, name: str
) -> dict[str, str | None]:
    """Return the settings of a topic or broker by their names; secrets are None."""
    wanted = DescribeConfigsResource(
        resource_type=resource_type, resource_name=name, configuration_keys=None
    )
    request = DescribeConfigsRequest(resources=(wanted,))
    answer = await cluster.ask(request, DescribeConfigsResponse)
    result = answer.results[0]
    raise_for(result.error_code, result.error_message)
    return {row.name: row.value for row in result.configs}


async def list_groups(cluster: Cluster) -> list[str]:
    """Return the ids of all groups, sorted: each broker knows those it coordinates."""
    found: set[str] = set()
    for node_id in cluster.picture.nodes:
        found |= await cluster.retry(partial(_groups_of, cluster, node_id))
    return sorted(found)


async def _groups_of(cluster: Cluster, node_id: int) -> set[str]:
    """Return the groups that a broker knows; it may still be loading them."""
    broker = await cluster.node(node_id)
    answer = await broker.call(ListGroupsRequest(), ListGroupsResponse)
    raise_for(answer.error_code)
    return {it.group_id for it in answer.groups}


async def delete_group(cluster: Cluster, group_id: str) -> None:
    """Delete a group without members, and its offsets."""
    await cluster.retry(partial(_delete_group, cluster, group_id))


async def _delete_group(cluster: Cluster, group_id: str) -> None:
    coordinator = await cluster.connection(await cluster.coordinator(group_id))
    request = DeleteGroupsRequest(groups_names=(group_id,))
    answer = await coordinator.call(request, DeleteGroupsResponse)
    for result in answer.results:
        raise_for(result.error_code, group_id)
