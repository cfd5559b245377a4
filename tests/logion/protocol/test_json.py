"""Messages as JSON and back, with the forms of Kafka's converters."""

from __future__ import annotations

import json
from random import Random
from typing import Any

import pytest
from logion.names import Uuid
from logion.protocol.catalogue import all_messages
from logion.protocol.codec import encode
from logion.protocol.json import from_json, to_json
from logion.protocol.messages.alter_client_quotas import AlterClientQuotasRequest
from logion.protocol.messages.fetch import FetchRequest, FetchResponse, FetchTopic
from logion.protocol.messages.produce import ProduceRequest
from logion.protocol.messages.sasl_authenticate import SaslAuthenticateRequest
from logion.protocol.schema import schema_of

from tests.logion.protocol.samples import sample


def test_json_says_everything_a_message_holds() -> None:
    random = Random(3)
    for cls in all_messages():
        for version in schema_of(cls).versions:
            message = sample(cls, version, random, tame=True)
            text = json.dumps(to_json(message, version))
            assert from_json(cls, version, json.loads(text)) == message


def test_bytes_are_base64() -> None:
    shown = {"authBytes": "c2VjcmV0"}
    message = SaslAuthenticateRequest(auth_bytes=b"secret")
    assert to_json(message, 2) == shown
    assert from_json(SaslAuthenticateRequest, 2, shown) == message


def test_only_fields_of_the_version_are_shown() -> None:
    message = FetchRequest(max_wait_ms=1, min_bytes=2, topics=())
    shown = to_json(message, 0)
    assert shown == {"replicaId": -1, "maxWaitMs": 1, "minBytes": 2, "topics": []}
    assert "clusterId" not in to_json(message, 12)


def test_a_field_with_a_default_may_be_missing() -> None:
    found = {"maxWaitMs": 1, "minBytes": 2, "topics": []}
    message = from_json(FetchRequest, 12, found)
    assert message == FetchRequest(max_wait_ms=1, min_bytes=2, topics=())


FETCH: dict[str, Any] = {"maxWaitMs": 1, "minBytes": 2, "topics": []}


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"maxWaitMs": "1"}, "FetchRequest.maxWaitMs: expected int32, found '1'"),
        ({"maxWaitMs": 2**31}, "maxWaitMs: expected int32, found 2147483648"),
        ({"maxWaitMs": True}, "maxWaitMs: expected int32, found True"),
        ({"maxWaitMs": 1.5}, "maxWaitMs: expected int32, found 1.5"),
        ({"isolationLevel": 128}, "isolationLevel: expected int8, found 128"),
        ({"topics": None}, "FetchRequest.topics: expected an array, found None"),
        ({"topics": [1]}, "FetchRequest.topics[0]: expected an object, found 1"),
        ({"topics": [{}]}, "FetchRequest.topics[0]: field 'partitions' is missing"),
        ({"rackId": None}, "FetchRequest.rackId: expected string, found None"),
        ({"rackId": 5}, "FetchRequest.rackId: expected string, found 5"),
        ({"rack": "r"}, "FetchRequest: has no field 'rack' in v12"),
        (
            {"topics": [{"partitions": [], "topicId": "x"}]},
            "FetchRequest.topics[0]: has no field 'topicId' in v12",
        ),
    ],
)
def test_wrong_json_is_named(change: dict[str, Any], text: str) -> None:
    with pytest.raises(ValueError, match=r"^FetchRequest") as caught:
        from_json(FetchRequest, 12, FETCH | change)
    assert str(caught.value).endswith(text)


def test_wrong_forms_of_bytes_and_uuids_are_named() -> None:
    with pytest.raises(ValueError, match=r"authBytes: expected bytes, found '\?'"):
        from_json(SaslAuthenticateRequest, 0, {"authBytes": "?"})
    topic = {"topicId": "short", "partitions": []}
    with pytest.raises(ValueError, match=r"topics\[0\].topicId: expected uuid"):
        from_json(FetchRequest, 13, FETCH | {"topics": [topic]})


def test_numbers_and_truth_are_not_taken_for_each_other() -> None:
    op = {"key": "k", "value": True, "remove": 0}
    entry: dict[str, Any] = {"entity": [], "ops": [op]}
    found = {"entries": [entry], "validateOnly": False}
    with pytest.raises(ValueError, match=r"ops\[0\].value: expected float64, found Tr"):
        from_json(AlterClientQuotasRequest, 0, found)
    op["value"] = 1
    with pytest.raises(ValueError, match=r"ops\[0\].remove: expected bool, found 0"):
        from_json(AlterClientQuotasRequest, 0, found)
    op["remove"] = True
    message = from_json(AlterClientQuotasRequest, 0, found)
    assert type(message.entries[0].ops[0].value) is float


def test_a_long_wrong_value_is_shortened() -> None:
    with pytest.raises(ValueError, match=r"expected int32, found 'xxx.*\.\.\.$"):
        from_json(FetchRequest, 12, FETCH | {"maxWaitMs": "x" * 1000})


def test_json_that_is_no_object_is_no_message() -> None:
    with pytest.raises(ValueError, match="FetchRequest: expected an object, found 3"):
        from_json(FetchRequest, 12, 3)


def test_null_records_are_null() -> None:
    partition = {"index": 0, "records": None}
    topic = {"name": "t", "partitionData": [partition]}
    shown = {"transactionalId": None, "acks": 1, "timeoutMs": 2, "topicData": [topic]}
    message = from_json(ProduceRequest, 3, shown)
    assert message.topic_data[0].partition_data[0].records is None
    assert to_json(message, 3) == shown


def test_payloads_in_files_are_shown() -> None:
    class Slice:
        def read(self) -> bytes:
            return b"records"

    found = {
        "responses": [
            {
                "topic": "t",
                "partitions": [
                    {
                        "partitionIndex": 0,
                        "errorCode": 0,
                        "highWatermark": 0,
                        "records": None,
                    }
                ],
            }
        ]
    }
    message = from_json(FetchResponse, 0, found)
    message.responses[0].partitions[0].records = Slice()  # type: ignore[misc]
    shown = to_json(message, 0)
    assert shown["responses"][0]["partitions"][0]["records"] == "cmVjb3Jkcw=="


def test_what_json_describes_can_be_written() -> None:
    topic = {"topicId": "AAAAAAAAAAAAAAAAAAAAAQ", "partitions": []}
    message = from_json(FetchRequest, 13, FETCH | {"topics": [topic]})
    assert message.topics == (
        FetchTopic(topic_id=Uuid(bytes(15) + b"\1"), partitions=()),
    )
    assert len(encode(message, 13)) > 16
