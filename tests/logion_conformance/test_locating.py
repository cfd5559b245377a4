from __future__ import annotations

import pytest
from logion.client.connection import Exchange
from logion.protocol.codec import encode
from logion.protocol.messages.list_offsets import (
    ListOffsetsPartitionResponse,
    ListOffsetsRequest,
    ListOffsetsResponse,
    ListOffsetsTopicResponse,
)
from logion_conformance.expect import Broken
from logion_conformance.locating import located

PARTITION = ListOffsetsPartitionResponse(
    partition_index=0, error_code=0, timestamp=7, offset=7
)
ANSWER = ListOffsetsResponse(
    topics=(ListOffsetsTopicResponse(name="a", partitions=(PARTITION,)),)
)
FRAME = bytes(4) + encode(ANSWER, 1)
HEARD = Exchange(ListOffsetsRequest(replica_id=-1, topics=()), 1, 1, ANSWER, b"", FRAME)


def broken(what: str, value: object) -> Broken:
    return Broken(what, expected="else", came=repr(value), value=value)


def test_a_field_is_found_by_its_value_and_a_word_of_its_name() -> None:
    found = located(HEARD, broken("the end offset", 7))
    assert found is not None
    assert found.path == "topics[0].partitions[0].offset"
    assert FRAME[found.begin : found.end] == (7).to_bytes(8)


@pytest.mark.parametrize(
    ("exchange", "error"),
    [
        (HEARD, broken("the end offset", 8)),
        (HEARD, broken("the number of records", 7)),
        (HEARD, broken("the end offset", True)),
        (HEARD, KeyError("offset")),
        (HEARD._replace(answer=None), broken("the end offset", 7)),
        (HEARD._replace(came=b""), broken("the end offset", 7)),
        (HEARD._replace(came=FRAME[:3]), broken("the end offset", 7)),
        (HEARD._replace(came=FRAME[:20]), broken("the end offset", 7)),
        (HEARD._replace(answer=PARTITION), broken("the end offset", 7)),
    ],
)
def test_where_no_field_fits_none_is_named(
    exchange: Exchange, error: BaseException
) -> None:
    assert located(exchange, error) is None
