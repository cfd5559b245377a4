"""Vectors that we make for others: whole, never chance, and agreed with by kio."""

from __future__ import annotations

import io
import json
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from typing import Any

import pytest
from logion.protocol.catalogue import all_messages, message_named
from logion.protocol.making import LIMITS, VARIANTS, vectors_of
from logion.protocol.schema import schema_of
from logion.protocol.vectors import Tally, disagreements

from tests.logion.protocol.test_codec import every_version, kio_class, strides


def made(stride: int = 1) -> Iterator[dict[str, Any]]:
    """Yield the vectors of one in so many versions."""
    for cls, version in islice(every_version(), 0, None, stride):
        yield from vectors_of(cls, version)


def of(name: str, version: int) -> list[dict[str, Any]]:
    return list(vectors_of(message_named(name), version))


@pytest.mark.slow
@strides
def test_what_we_make_is_what_we_read_or_refuse(stride: int) -> None:
    tally = Tally()
    lines = map(json.dumps, made(stride))
    assert list(disagreements(lines, tally)) == []
    assert tally.compared > 4_500 // stride


def test_every_version_of_every_message_has_every_variant_that_it_can_have() -> None:
    for cls in all_messages():
        schema = schema_of(cls)
        for version in (schema.versions[0], schema.versions[-1]):
            found = Counter(it["variant"] for it in vectors_of(cls, version))
            expected = set(VARIANTS if version in schema.flexible else VARIANTS[:3])
            assert set(found) - {"malformed"} == expected, (cls, version)


def test_vectors_are_the_same_each_time() -> None:
    assert of("FetchRequest", 17) == of("FetchRequest", 17)


def test_a_vector_says_what_it_is() -> None:
    first, *_ = of("HeartbeatResponse", 4)
    assert first == {
        "name": "HeartbeatResponse",
        "apiKey": 12,
        "version": 4,
        "isFlexible": True,
        "variant": "typical",
        "json": {"throttleTimeMs": 2, "errorCode": 3},
        "hex": "0000000200030" + "0",
    }


def test_nulls_limits_and_tags_are_there() -> None:
    _, nulls, limits, tagged, *malformed = of("MetadataRequest", 12)
    assert nulls["json"]["topics"] is None
    assert limits["json"]["topics"][0]["name"] in ("größer 𝛼", "x" * 127)
    assert tagged["unknownTags"] == [(9000, ""), (9001, b"unknown".hex())]
    assert [it["why"] for it in malformed] == [
        "the last byte is missing",
        "topics claims more than there is",
    ]


def test_a_field_that_cannot_be_null_is_null_in_a_malformed_one() -> None:
    whys = {it["why"]: it["hex"] for it in of("HeartbeatRequest", 0) if "why" in it}
    assert whys["groupId is null, and must not be"].startswith("ffff")
    assert whys["groupId claims more than there is"].startswith("7fff")


def test_a_message_of_no_bytes_has_no_malformed_one() -> None:
    assert {it["variant"] for it in of("ApiVersionsRequest", 0)} == set(VARIANTS[:3])


@pytest.mark.verify
def test_kio_reads_and_writes_what_we_make() -> None:
    """kio takes error codes for those that it knows, and no unknown tags."""
    from kio.serial import entity_reader, entity_writer

    agreed = refused = 0
    for vector in made():
        kind = kio_class(message_named(vector["name"]), vector["version"])
        if kind is None or "unknownTags" in vector or "refused" in vector:
            continue
        body = bytes.fromhex(vector["hex"])
        out = io.BytesIO()
        try:
            entity, size = entity_reader(kind)(body, 0)
        except ValueError:
            assert vector["variant"] == LIMITS
            refused += 1
            continue
        entity_writer(kind)(out, entity)
        assert (size, out.getvalue()) == (len(body), body), vector
        agreed += 1
    assert agreed >= 1_500
    assert refused <= 330


def test_what_was_to_be_refused_and_is_read_disagrees() -> None:
    vector = {"name": "HeartbeatResponse", "version": 0, "hex": "0003", "refused": True}
    (found,) = disagreements([json.dumps(vector)], Tally())
    assert found.text == "expected a refusal, found {'errorCode': 3}"
