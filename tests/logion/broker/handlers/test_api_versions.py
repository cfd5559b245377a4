"""ApiVersions: what this broker answers, and in which versions."""

from __future__ import annotations

import pytest
from logion.client.connection import connect
from logion.protocol.errors import Error
from logion.protocol.headers import encode_request, read_response
from logion.protocol.messages.api_versions import (
    ApiVersionsRequest,
    ApiVersionsResponse,
)

from tests.logion.broker.running import Running, running

NAMED = ApiVersionsRequest(client_software_name="logion", client_software_version="1")


async def answer_in_version_0(broker: Running, version: int) -> ApiVersionsResponse:
    """Ask in a version that nobody knows, with a body that nobody can read."""
    pieces = encode_request(NAMED, 3, 5, "c")
    frame = bytearray(b"".join(bytes(piece) for piece in pieces))
    frame[6:8] = version.to_bytes(2)
    frame[-3:] = b"\xff\xff\xff"
    async with await connect(broker.address) as client:
        answer = await client.exchange(bytes(frame))
    correlation_id, response = read_response(ApiVersionsResponse, 0, answer)
    assert correlation_id == 5
    return response


@pytest.mark.parametrize("version", range(5))
async def test_every_version_lists_what_is_served_lowest_key_first(
    version: int,
) -> None:
    async with running() as broker:
        answer = await broker.ask(NAMED, version)
        served = broker.state.doorkeeper.served
    assert answer.error_code == Error.NONE
    found = [(it.api_key, (it.min_version, it.max_version)) for it in answer.api_keys]
    assert found == sorted(served.items())


@pytest.mark.parametrize("name", ["", "-", "a b", "logion!"])
async def test_a_client_has_to_name_its_software_properly(name: str) -> None:
    request = ApiVersionsRequest(client_software_name=name, client_software_version="1")
    async with running() as broker:
        answer = await broker.ask(request, 3)
    assert answer.error_code == Error.INVALID_REQUEST
    assert answer.api_keys == ()


async def test_an_unknown_version_is_told_which_versions_are_known() -> None:
    async with running() as broker:
        answer = await answer_in_version_0(broker, 77)
    assert answer.error_code == Error.UNSUPPORTED_VERSION
    (row,) = answer.api_keys
    assert (row.api_key, row.min_version, row.max_version) == (18, 0, 4)


async def test_before_2_4_an_unknown_version_is_told_nothing_more() -> None:
    async with running(release="2.3") as broker:
        answer = await answer_in_version_0(broker, 77)
    assert answer.error_code == Error.UNSUPPORTED_VERSION
    assert answer.api_keys == ()


@pytest.mark.parametrize(
    ("release", "levels", "epoch"),
    [
        ("2.6", {}, -1),
        ("2.8", {}, 0),
        ("3.9", {}, 0),
        ("4.0", {"metadata.version": 25}, 0),
        ("4.1", {"metadata.version": 27}, 0),
        ("4.2", {"metadata.version": 29}, 0),
        ("4.3", {"metadata.version": 30}, 0),
    ],
)
async def test_each_release_tells_its_features(
    release: str, levels: dict[str, int], epoch: int
) -> None:
    request = ApiVersionsRequest(
        client_software_name="test", client_software_version="1"
    )
    async with running(release=release) as broker:
        answer = await broker.ask(request, 3)
    wanted = {
        **levels,
        **({"group.version": 1, "transaction.version": 2} if levels else {}),
        **({"eligible.leader.replicas.version": 1} if release > "4.0" else {}),
    }
    found = {it.name: it.max_version_level for it in answer.finalized_features}
    assert (found, answer.finalized_features_epoch) == (wanted, epoch)
    supported = {it.name: it.max_version for it in answer.supported_features}
    assert supported == levels, "version 3 cannot tell levels from 0 on"
