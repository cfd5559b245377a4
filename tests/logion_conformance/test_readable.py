from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from logion.client.connection import Options
from logion.client.versions import VersionRange
from logion.protocol.apis import (
    API_VERSIONS,
    FETCH,
    METADATA,
    OFFSET_FETCH,
    PRODUCE,
    api_named,
)
from logion.protocol.errors import ProtocolError
from logion.protocol.headers import RequestHeader, read_request_header
from logion.protocol.messages.metadata import MetadataRequest, MetadataResponse
from logion_conformance.cases import test_groups_sync
from logion_conformance.opening import open_subject
from logion_conformance.readable import exact_metadata, readable_versions, within
from logion_conformance.targets import Target, ask_versions

from tests.logion.client.small_broker import SmallBroker, serving
from tests.logion_conformance.small_groups import SmallGroupBroker
from tests.logion_conformance.trying import tried

JOIN, SYNC = api_named("JoinGroup").key, api_named("SyncGroup").key


NAMES = {JOIN: "JoinGroup", SYNC: "SyncGroup"}


class Odd(SmallBroker):
    """Puts a byte too many after its metadata from version 5 on."""

    def written(self, answer: Any, version: int, header: RequestHeader) -> bytes:
        frame = super().written(answer, version, header)
        if isinstance(answer, MetadataResponse) and version >= 5:
            return (len(frame) - 3).to_bytes(4) + frame[4:] + b"!"
        return frame


class Garbled(SmallBroker):
    """Leaves out the last byte of its metadata from version 5 on."""

    def written(self, answer: Any, version: int, header: RequestHeader) -> bytes:
        frame = super().written(answer, version, header)
        if isinstance(answer, MetadataResponse) and version >= 5:
            return (len(frame) - 5).to_bytes(4) + frame[4:-1]
        return frame


class Closing(SmallGroupBroker):
    """Ends the connection at the newest JoinGroup and SyncGroup that it advertises."""

    async def answer(self, frame: bytes) -> bytes | None:
        header, _ = read_request_header(frame)
        name = NAMES.get(header.api_key)
        if name and header.api_version == self.spoken[name][1]:
            raise ProtocolError("a version that is not built")
        return await super().answer(frame)


async def found(broker: SmallBroker) -> dict[int, VersionRange]:
    spoken = await ask_versions(broker.address, Options())
    return await readable_versions(broker.address, Options(), spoken)


@pytest.mark.parametrize(
    ("broker", "expected"),
    [
        (SmallBroker(""), {}),
        (Odd(""), {}),
        (SmallBroker("trailing-bytes"), {}),
        (Garbled(""), {METADATA: (0, 4)}),
    ],
    ids=["sound", "a byte too many", "always a byte too many", "garbled"],
)
async def test_leaders_are_looked_up_in_a_version_that_can_be_read(
    broker: SmallBroker, expected: dict[int, tuple[int, int]]
) -> None:
    async with serving(broker):
        assert await found(broker) == expected


async def test_groups_are_joined_in_a_version_that_the_broker_is_found_to_answer() -> (
    None
):
    async with serving(Closing("")) as broker:
        newest = {key: broker.spoken[name][1] for key, name in NAMES.items()}
        readable = await found(broker)
        assert {key: it.last for key, it in readable.items()} == {
            key: last - 1 for key, last in newest.items()
        }
        case = test_groups_sync.test_heartbeats_tell_of_a_rebalance
        await tried(broker, case, readable=readable)


async def test_a_byte_too_many_is_a_matter_of_the_cases_about_metadata() -> None:
    async with serving(Odd("")) as broker:
        spoken = await ask_versions(broker.address, Options())
        target = Target((broker.address,), None, spoken)
        about: Any = {"prefix": "t", "timeout_s": 60, "exchanges": []}
        produce = {PRODUCE: VersionRange(0, 9), METADATA: VersionRange(5, 9)}
        async with open_subject(target, produce, **about) as subject:
            await subject.append(await subject.topic(), b"x")
        exact = await exact_metadata(broker.address, Options(), spoken)
        assert exact == (0, 4)
        any_of_them = {METADATA: VersionRange(0, 9)}
        target = replace(target, metadata=exact)
        async with open_subject(target, any_of_them, **about) as subject:
            await subject.ask(MetadataRequest(topics=()), MetadataResponse)
        limits = {METADATA: VersionRange(5, 5)}
        with pytest.raises(ProtocolError, match="found 1 more"):
            async with open_subject(target, limits, **about) as subject:
                await subject.ask(MetadataRequest(topics=()), MetadataResponse)


def test_limits_are_cut_to_what_can_be_read() -> None:
    readable = {METADATA: VersionRange(0, 11), SYNC: VersionRange(0, 3)}
    wanted = {METADATA: VersionRange(4, 13), PRODUCE: VersionRange(0, 3)}
    cut = within(wanted, readable, {})
    assert cut == {**wanted, METADATA: VersionRange(4, 11), SYNC: VersionRange(0, 3)}
    about = {METADATA: VersionRange(12, 12)}
    assert within(about, readable, {})[METADATA] == (12, 12)
    assert within({}, readable, {}) == readable
    assert within(wanted, {}, {}) == wanted


def test_apiversions_is_asked_in_the_version_in_which_it_was_told() -> None:
    told = {API_VERSIONS: VersionRange(0, 0)}
    assert within({API_VERSIONS: VersionRange(0, 4)}, {}, told) == told


@pytest.mark.parametrize("is_unreadable", [True, False])
def test_topics_go_by_name_where_no_id_can_be_known(is_unreadable: bool) -> None:
    spoken = {METADATA: VersionRange(0, 13 if is_unreadable else 9)}
    readable = {METADATA: VersionRange(0, 9)} if is_unreadable else {}
    cut = within({FETCH: VersionRange(4, 17)}, readable, spoken)
    assert cut[FETCH] == (4, 12)
    assert (cut[PRODUCE].last, cut[OFFSET_FETCH].last) == (12, 9)


def test_a_case_about_a_version_that_needs_ids_is_unsupported_without_them() -> None:
    with pytest.raises(pytest.skip.Exception, match="no version of Metadata that"):
        within({FETCH: VersionRange(16, 16)}, {METADATA: VersionRange(0, 9)}, {})
