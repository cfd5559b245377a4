from __future__ import annotations

from logion.names import Uuid
from logion.protocol.messages.api_versions import ApiVersion, ApiVersionsResponse
from logion.protocol.messages.create_topics import (
    CreatableTopicConfigs,
    CreatableTopicResult,
    CreateTopicsResponse,
)
from logion.protocol.messages.fetch import FetchRequest, FetchTopic
from logion.protocol.messages.metadata import (
    MetadataResponse,
    MetadataResponseBroker,
    MetadataResponsePartition,
    MetadataResponseTopic,
)
from logion_traces.diff import (
    Bindings,
    Difference,
    compare,
    differences,
    plain_scalar,
    translated,
)

ONE, OTHER = Uuid(b"1" * 16), Uuid(b"2" * 16)
MINE, YOURS = Uuid(b"3" * 16), Uuid(b"4" * 16)


def metadata(*topics: tuple[str, Uuid], broker: int = 1, port: int = 1) -> object:
    """Return the Metadata of one broker that leads partition 0 of these topics."""
    partition = MetadataResponsePartition(
        error_code=0,
        partition_index=0,
        leader_id=broker,
        replica_nodes=(broker,),
        isr_nodes=(broker,),
    )
    return MetadataResponse(
        brokers=(MetadataResponseBroker(node_id=broker, host="h", port=port),),
        topics=tuple(
            MetadataResponseTopic(
                error_code=0, name=name, topic_id=topic_id, partitions=(partition,)
            )
            for name, topic_id in topics
        ),
    )


def test_names_that_the_brokers_chose_may_differ_consistently() -> None:
    recorded = metadata(("a", ONE), ("b", OTHER), broker=1, port=9092)
    replayed = metadata(("b", YOURS), ("a", MINE), broker=7, port=1234)
    bindings = Bindings()
    assert compare(recorded, replayed, bindings) == []
    assert bindings.translated("topic", ONE) == MINE
    assert bindings.translated("broker", 1) == 7


def test_another_topics_id_is_a_difference() -> None:
    bindings = Bindings()
    compare(
        metadata(("a", ONE), ("b", OTHER)),
        metadata(("a", MINE), ("b", YOURS)),
        bindings,
    )
    (found,) = compare(metadata(("a", ONE)), metadata(("a", YOURS)), bindings)
    assert found == Difference("topics.name=a.topic_id", "topic 1", "topic 2")


def test_a_missing_element_is_a_difference_with_its_path() -> None:
    (found,) = compare(metadata(("a", ONE)), metadata(), Bindings())
    assert found.path == "topics.name=a"
    assert found.replayed is None
    assert str(found).startswith("topics.name=a: recorded {'error_code': 0")
    (other,) = compare(metadata(), metadata(("a", ONE)), Bindings())
    assert (other.path, other.recorded) == ("topics.name=a", None)


def test_null_is_not_an_empty_array() -> None:
    assert list(differences([], None, "topics")) == [Difference("topics", [], None)]
    assert list(differences([], [])) == []


def test_of_the_versions_only_those_that_the_client_used_count() -> None:
    def versions(**used: int) -> ApiVersionsResponse:
        keys = [ApiVersion(api_key=0, min_version=0, max_version=used["produce"])]
        if "heartbeat" in used:
            keys.append(ApiVersion(api_key=12, min_version=0, max_version=4))
        return ApiVersionsResponse(error_code=0, api_keys=tuple(reversed(keys)))

    recorded, replayed = versions(produce=11, heartbeat=4), versions(produce=11)
    assert compare(recorded, replayed, Bindings(), apis={0}) == []
    (found,) = compare(recorded, versions(produce=9), Bindings(), apis={0})
    assert found == Difference("api_keys.api_key=0.max_version", 11, 9)


def test_an_answer_that_could_not_be_had_is_a_difference() -> None:
    (found,) = compare(metadata(), "no answer", Bindings())
    assert (found.path, found.replayed) == ("", "no answer")


def test_the_leader_epoch_of_a_stored_batch_is_set_aside() -> None:
    def batch(epoch: int, end: int = 0) -> memoryview:
        rest = epoch.to_bytes(4, "big") + b"\x02" + bytes([0, 0, 0, end])
        return memoryview(bytes(8) + len(rest).to_bytes(4, "big") + rest)

    assert plain_scalar(batch(0)) == plain_scalar(batch(5))
    assert plain_scalar(batch(0)) != plain_scalar(batch(0, end=1))


def test_a_request_is_put_in_the_other_brokers_names() -> None:
    bindings = Bindings()
    compare(metadata(("a", ONE)), metadata(("a", MINE)), bindings)

    def fetch(topic_id: Uuid) -> FetchRequest:
        topic = FetchTopic(topic_id=topic_id, partitions=())
        return FetchRequest(max_wait_ms=1, min_bytes=1, topics=(topic,))

    assert translated(fetch(ONE), bindings) == fetch(MINE)
    unknown = fetch(OTHER)
    assert translated(unknown, bindings) is unknown


def test_a_default_may_stand_in_the_brokers_file() -> None:
    def created(source: int) -> CreateTopicsResponse:
        config = CreatableTopicConfigs(
            name="segment.bytes",
            value="1",
            read_only=False,
            config_source=source,
            is_sensitive=False,
        )
        topic = CreatableTopicResult(name="a", error_code=0, configs=(config,))
        return CreateTopicsResponse(topics=(topic,))

    assert compare(created(5), created(4), Bindings()) == []
    (found,) = compare(created(5), created(1), Bindings())
    assert (found.recorded, found.replayed) == ("the broker", 1)
