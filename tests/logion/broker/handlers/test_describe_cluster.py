"""DescribeCluster: id, controller and brokers of the cluster."""

from __future__ import annotations

import pytest
from logion.broker.permissions import CLUSTER_OPERATIONS, NOT_ASKED
from logion.protocol.errors import Error
from logion.protocol.messages.describe_cluster import DescribeClusterRequest

from tests.logion.broker.running import running


@pytest.mark.parametrize("version", range(3))
async def test_every_version_names_cluster_controller_and_brokers(
    version: int,
) -> None:
    request = DescribeClusterRequest(include_cluster_authorized_operations=False)
    async with running({"broker.rack": "r"}) as broker:
        answer = await broker.ask(request, version)
        assert answer.error_code == Error.NONE
        assert answer.cluster_id == broker.state.cluster.image.cluster_id
        (node,) = answer.brokers
        assert (node.host, node.port) == broker.broker.addresses[0]
    assert answer.controller_id == node.broker_id == 1
    assert node.rack == "r"
    assert answer.cluster_authorized_operations == NOT_ASKED


async def test_what_the_client_may_do_is_told_when_asked_for() -> None:
    request = DescribeClusterRequest(include_cluster_authorized_operations=True)
    async with running() as broker:
        answer = await broker.ask(request)
    assert answer.cluster_authorized_operations == CLUSTER_OPERATIONS


@pytest.mark.parametrize(
    ("kind", "error"),
    [(2, Error.MISMATCHED_ENDPOINT_TYPE), (3, Error.UNSUPPORTED_ENDPOINT_TYPE)],
)
async def test_a_broker_knows_brokers_only(kind: int, error: Error) -> None:
    request = DescribeClusterRequest(
        include_cluster_authorized_operations=False, endpoint_type=kind
    )
    async with running() as broker:
        answer = await broker.ask(request)
    assert (answer.error_code, answer.brokers) == (error, ())
    assert answer.error_message
