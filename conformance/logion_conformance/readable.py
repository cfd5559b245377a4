"""What every case stands on, in versions that a broker is found to answer.

A broker that errs in one version of an API fails the cases about that version. The
others look leaders up, and join groups, in an older one, so that they can judge what
they are about. Bytes too many after Metadata are a matter of the cases about Metadata.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from logion.client.connection import Address, Options, connect
from logion.client.versions import VersionRange, Versions
from logion.protocol.apis import (
    API_VERSIONS,
    FETCH,
    METADATA,
    OFFSET_FETCH,
    PRODUCE,
    api_named,
)
from logion.protocol.errors import ApiError, Error, ProtocolError
from logion.protocol.messages.heartbeat import HeartbeatRequest, HeartbeatResponse
from logion.protocol.messages.join_group import JoinGroupRequest, JoinGroupResponse
from logion.protocol.messages.metadata import MetadataRequest, MetadataResponse
from logion.protocol.messages.sync_group import SyncGroupRequest, SyncGroupResponse

FIRST_WITH_IDS = 10
"""Version of Metadata that tells the ids of topics."""

BY_NAME = {FETCH: 12, PRODUCE: 12, OFFSET_FETCH: 9, api_named("OffsetCommit").key: 9}
"""Newest versions that go by names of topics, by API key."""

PROBE_SECONDS = 2.0
"""How long an answer is waited for; what takes longer is for the cases to judge."""

NOBODY: Mapping[str, Any] = {
    "group_id": "logion-conformance-none",
    "member_id": "nobody",
}

PROBES: Mapping[int, tuple[Any, type[Any]]] = {
    METADATA: (MetadataRequest(topics=()), MetadataResponse),
    api_named("JoinGroup").key: (
        JoinGroupRequest(
            **NOBODY, session_timeout_ms=1, protocol_type="consumer", protocols=()
        ),
        JoinGroupResponse,
    ),
    api_named("SyncGroup").key: (
        SyncGroupRequest(**NOBODY, generation_id=1, assignments=()),
        SyncGroupResponse,
    ),
    api_named("Heartbeat").key: (
        HeartbeatRequest(**NOBODY, generation_id=1),
        HeartbeatResponse,
    ),
}
"""What is asked to learn whether a version is answered, by API key: a group that is not
there, as a member that nobody knows, with a session that is too short."""


async def readable_versions(
    address: Address, options: Options, versions: Versions
) -> dict[int, VersionRange]:
    """Return, by API key, the versions up to the newest one whose answer can be read.

    An API is left out if nothing keeps a client from the newest that both speak, or if
    no answer in any version can be read.
    """
    found = {key: await _found(address, options, versions, key) for key in PROBES}
    return {key: readable for key, readable in found.items() if readable is not None}


async def exact_metadata(
    address: Address, options: Options, versions: Versions
) -> VersionRange | None:
    """Return likewise the versions of Metadata without a byte too many."""
    return await _found(address, replace(options, is_exact=True), versions, METADATA)


async def _found(
    address: Address, options: Options, versions: Versions, key: int
) -> VersionRange | None:
    asked = replace(options, limits=versions.spoken, timeout_s=PROBE_SECONDS)
    both = versions.range_of(key)
    if both is None:
        return None
    for newest in range(both.last, both.first - 1, -1):
        if await _is_readable(address, asked, key, newest):
            return None if newest == both.last else VersionRange(both.first, newest)
    return None


async def _is_readable(
    address: Address, options: Options, key: int, version: int
) -> bool:
    request, answer = PROBES[key]
    try:
        async with await connect(address, options) as connection:
            await connection.call(request, answer, version=version)
    except ProtocolError:  # a refusal need not look like what members are told
        return key != METADATA
    except ApiError as failure:  # no answer in time is for the cases to judge
        return failure.error != Error.NETWORK_EXCEPTION
    return True


def within(
    limits: Mapping[int, VersionRange],
    readable: Mapping[int, VersionRange],
    spoken: Mapping[int, VersionRange],
) -> dict[int, VersionRange]:
    """Return a case's limits by API key, cut to what can be read of a broker's answers.

    A case about a version that cannot be read keeps it. ApiVersions is asked in a
    version in which the broker told what it speaks. Where no version of Metadata that
    tells ids is left, topics go by their names.
    """
    cut = dict(limits)
    told = {key: it for key, it in spoken.items() if key == API_VERSIONS}
    for key, versions in {**told, **readable}.items():
        wanted = limits.get(key, versions)
        cut[key] = wanted.overlap(versions) or wanted
    metadata = cut.get(METADATA, spoken.get(METADATA))
    if metadata is not None and metadata.last < FIRST_WITH_IDS:
        cut.update(by_name(limits))
    return cut


def by_name(limits: Mapping[int, VersionRange]) -> dict[int, VersionRange]:
    """Return the limits of APIs that go by ids in newer versions; UNSUPPORTED if the
    case is about such a version."""
    cut = {}
    for key, last in BY_NAME.items():
        named = VersionRange(0, last)
        wanted = limits.get(key, named)
        if (both := wanted.overlap(named)) is None:
            pytest.skip("no version of Metadata that tells topic ids (10+) can be read")
        cut[key] = both
    return cut
