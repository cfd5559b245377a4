from __future__ import annotations

import pytest
from logion.broker.dispatch import HANDLERS
from logion.broker.faults.naming import (
    Level,
    asks_for_all,
    branches,
    children,
    key_of,
    levels,
)
from logion.protocol.apis import APIS, CLIENT, api_named, request_class, response_class
from logion.protocol.messages.fetch import FetchRequest
from logion.protocol.messages.find_coordinator import FindCoordinatorRequest
from logion.protocol.messages.metadata import MetadataRequest
from logion.protocol.schema import schema_of

CLIENT_APIS = [key for key, api in APIS.items() if api.scope == CLIENT]


def text(api: str, version: int) -> str:
    found = levels(response_class(api_named(api).key), version)
    return " ".join(".".join(it.value for it in path) or "top" for path in found)


@pytest.mark.parametrize(
    ("api", "version", "places"),
    [
        ("Produce", 0, "topic.partition"),
        ("Fetch", 6, "topic.partition"),
        ("Fetch", 7, "top topic.partition"),
        ("Metadata", 12, "topic topic.partition"),
        ("Metadata", 13, "top topic topic.partition"),
        ("OffsetFetch", 1, "topic.partition"),
        ("OffsetFetch", 2, "top topic.partition"),
        ("OffsetFetch", 8, "group group.topic.partition"),
        ("FindCoordinator", 3, "top"),
        ("FindCoordinator", 4, "group"),
        ("JoinGroup", 9, "top"),
        ("LeaveGroup", 3, "top member"),
        ("DescribeGroups", 5, "group"),
        ("DeleteGroups", 2, "group"),
        ("CreateTopics", 7, "topic"),
        ("CreatePartitions", 3, "topic"),
        ("AlterConfigs", 2, "resource"),
        ("AddPartitionsToTxn", 3, "topic.partition"),
        ("AddPartitionsToTxn", 4, "top transaction.topic.partition"),
        ("DescribeLogDirs", 2, "other"),
        ("ElectLeaders", 1, "top topic.partition"),
    ],
)
def test_answers_have_errors_at_these_levels(
    api: str, version: int, places: str
) -> None:
    assert text(api, version) == places


@pytest.mark.parametrize("key", CLIENT_APIS, ids=lambda it: APIS[it].name)
def test_every_answer_to_a_client_can_tell_an_error(key: int) -> None:
    cls = response_class(key)
    assert all(levels(cls, version) for version in schema_of(cls).versions)


@pytest.mark.parametrize("key", sorted(HANDLERS), ids=lambda it: APIS[it].name)
def test_what_an_answer_tells_apart_its_request_names(key: int) -> None:
    """Only the directories of DescribeLogDirs and the results of ACLs are not asked."""
    told = {it for p in levels(response_class(key), 0) for it in p} - {Level.OTHER}
    asked, waiting = set[Level](), [request_class(key)]
    while waiting:
        for branch in branches(waiting.pop()):
            asked.add(branch.level)
            waiting += [branch.element] if branch.element is not None else []
    alone = {
        "Metadata": {Level.PARTITION},
        "DescribeTopicPartitions": {Level.PARTITION},
        "DeleteAcls": {Level.RESOURCE},
    }
    assert told - asked <= alone.get(APIS[key].name, set())


def test_what_a_fetch_forgets_is_not_what_it_asks() -> None:
    names = [branch.field.name for branch in branches(FetchRequest)]
    assert names == ["topics"]


def test_names_without_a_struct_are_found_too() -> None:
    request = FindCoordinatorRequest(coordinator_keys=("a", "b"))
    found = [key_of(it, Level.GROUP) for it in children(request, Level.GROUP)]
    assert found == ["a", "b"]
    assert list(children("a", Level.TOPIC)) == []


def test_null_asks_for_all() -> None:
    assert asks_for_all(MetadataRequest(topics=None), Level.TOPIC, 9)
    assert not asks_for_all(MetadataRequest(topics=()), Level.TOPIC, 9)
