from __future__ import annotations

from typing import Any

import pytest
from logion.client.connection import Options
from logion.client.versions import VersionRange
from logion.protocol.apis import METADATA, PRODUCE
from logion.protocol.errors import ProtocolError
from logion.protocol.headers import RequestHeader
from logion.protocol.messages.metadata import MetadataRequest, MetadataResponse
from logion_conformance.readable import readable_metadata, within
from logion_conformance.subject import open_subject
from logion_conformance.targets import Target, ask_versions

from tests.logion.client.small_broker import SmallBroker, serving


class Odd(SmallBroker):
    """Puts a byte too many after its metadata from version 5 on."""

    def written(self, answer: Any, version: int, header: RequestHeader) -> bytes:
        frame = super().written(answer, version, header)
        if isinstance(answer, MetadataResponse) and version >= 5:
            return (len(frame) - 3).to_bytes(4) + frame[4:] + b"!"
        return frame


@pytest.mark.parametrize(
    ("broker", "expected"),
    [
        (SmallBroker(""), None),
        (Odd(""), (0, 4)),
        (SmallBroker("trailing-bytes"), None),
    ],
    ids=["sound", "odd", "never readable"],
)
async def test_leaders_are_looked_up_in_a_version_that_can_be_read(
    broker: SmallBroker, expected: tuple[int, int] | None
) -> None:
    async with serving(broker):
        spoken = await ask_versions(broker.address, Options())
        found = await readable_metadata(broker.address, Options(), spoken)
        assert found == expected


async def test_only_the_case_about_a_version_that_cannot_be_read_fails() -> None:
    async with serving(Odd("")) as broker:
        spoken = await ask_versions(broker.address, Options())
        target = Target((broker.address,), None, spoken, VersionRange(0, 4))
        about: Any = {"prefix": "t", "timeout_s": 60, "exchanges": []}
        async with open_subject(target, {}, **about) as subject:
            await subject.append(await subject.topic(), b"x")
        limits = {METADATA: VersionRange(5, 5)}
        with pytest.raises(ProtocolError, match="found 1 more"):
            async with open_subject(target, limits, **about) as subject:
                await subject.ask(MetadataRequest(topics=()), MetadataResponse)


def test_limits_are_cut_to_what_can_be_read() -> None:
    readable = VersionRange(0, 8)
    wanted = {METADATA: VersionRange(4, 13), PRODUCE: VersionRange(0, 3)}
    cut = within(wanted, readable)
    assert cut == {**wanted, METADATA: VersionRange(4, 8)}
    assert within({METADATA: VersionRange(9, 9)}, readable)[METADATA] == (9, 9)
    assert within({}, readable) == {METADATA: readable}
    assert within(wanted, None) == wanted
