"""Committed offsets, and groups as tools see them."""

from __future__ import annotations

from typing import Any

from logion.protocol.messages.delete_groups import DeleteGroupsRequest
from logion.protocol.messages.describe_groups import (
    DescribeGroupsRequest,
    DescribeGroupsResponse,
)
from logion.protocol.messages.list_groups import ListGroupsRequest
from logion.protocol.messages.offset_commit import OffsetCommitRequest
from logion.protocol.messages.offset_delete import OffsetDeleteRequest
from logion.protocol.messages.offset_fetch import OffsetFetchRequest

from logion_conformance.compare.probe import Ground, Probe, Script, Until, asking
from logion_conformance.compare.probes.groups import enter, leave, settled
from logion_conformance.compare.probes.produce import UNKNOWN
from logion_conformance.group_requests import (
    Commit,
    Place,
    commit_request,
    delete_offsets_request,
    fetch_offsets_request,
    find_request,
)
from logion_conformance.material import Topic

THREE = Commit(3, "m")
"""What is committed where it does not matter."""


def commit(
    it: Ground,
    said: Commit = THREE,
    *,
    topic: Topic | None = None,
    partition: int = 0,
    **more: Any,
) -> OffsetCommitRequest:
    """Return the commit of one partition."""
    where = topic or it.standing
    version = it.version_of("OffsetCommit")
    group = more.pop("group_id", it.name)
    return commit_request(version, group, where, {partition: said}, **more)


def fetch(
    it: Ground,
    topic: Topic | None = None,
    *partitions: int,
    **more: Any,
) -> OffsetFetchRequest:
    """Return the request for what a group has committed for some partitions."""
    wanted = {topic or it.standing: partitions or (0,)}
    version = it.version_of("OffsetFetch")
    return fetch_offsets_request(
        version, {more.pop("group_id", it.name): wanted}, **more
    )


def fetch_all(it: Ground, **more: Any) -> OffsetFetchRequest:
    """Return the request for all that a group has committed."""
    return fetch_offsets_request(it.version_of("OffsetFetch"), {it.name: None}, **more)


def committed(it: Ground) -> Script:
    """What is committed is fetched, alone and with everything."""
    yield commit(it)
    yield fetch(it)
    yield fetch(it, None, 0, 1)
    if it.version_of("OffsetFetch") >= 2:
        yield fetch_all(it)
    yield commit(it, Commit(2, ""))
    yield fetch(it)


def fetched(it: Ground) -> Script:
    """The same, in each version of OffsetFetch."""
    yield commit(it, Commit(3, "m", leader_epoch=0))
    yield fetch(it)
    yield fetch(it, None, 0, 1)
    yield fetch(it, UNKNOWN, 0)
    if it.version >= 2:
        yield fetch_all(it)


def by_members(it: Ground) -> Script:
    """Commits of a member: right, of another generation, of nobody, of no group."""
    member, generation = yield from settled(it)
    for epoch, who in (
        (generation, member),
        (generation + 1, member),
        (-1, member),
        (generation, "nobody"),
        (-1, ""),
        (generation, ""),
    ):
        yield commit(it, generation_id_or_member_epoch=epoch, member_id=who)
    yield fetch(it)


def between_join_and_sync(it: Ground) -> Script:
    """A member commits before it has synced."""
    came = yield from enter(it)
    yield commit(
        it,
        generation_id_or_member_epoch=came.generation_id,
        member_id=came.member_id,
    )


def forgotten(it: Ground) -> Script:
    """Offsets are deleted: of a group without members, then of nothing."""
    place = (it.standing.name, 0)
    yield commit(it)
    yield delete_offsets_request(it.name, place, (it.standing.name, 5))
    yield fetch(it)
    yield delete_offsets_request(it.name, place)


def forgotten_while_subscribed(it: Ground) -> Script:
    """Offsets of a topic that members subscribe to stay."""
    yield from settled(it)
    yield delete_offsets_request(it.name, (it.standing.name, 0))
    yield delete_offsets_request(it.name, (UNKNOWN.name, 0))


def described(it: Ground) -> Script:
    """A group is described in each of its states."""
    came = yield from enter(it)
    yield Until(describe(it.name), is_there)
    yield from settled(it)
    yield describe(it.name)
    yield leave(it, came.member_id)
    yield describe(it.name)


def is_there(said: DescribeGroupsResponse) -> bool:
    """Whether a group is described that has begun a moment ago.

    Since 4.0 Apache Kafka answers a join before what it wrote of a new group is
    committed, and describes what is committed.
    """
    return said.groups[0].group_state != "Dead"


def described_when_stable_and_empty(it: Ground) -> Script:
    """A group of one member is described, and again without it."""
    member, _ = yield from settled(it)
    yield describe(it.name)
    yield describe(it.name, it.name, "compare-no-group")
    yield leave(it, member)
    yield describe(it.name)


def describe(*groups: str, **more: Any) -> DescribeGroupsRequest:
    """Return the request that describes groups."""
    return DescribeGroupsRequest(groups=groups, **more)


def listed(it: Ground) -> Script:
    """A group is listed with a member and without, by state and type."""
    member, _ = yield from settled(it)
    yield ListGroupsRequest()
    if it.version >= 4:
        for states in (("Stable",), ("stable",), ("Empty", "Dead"), ("Nonsense",)):
            yield ListGroupsRequest(states_filter=states)
    if it.version >= 5:
        for types in (("classic",), ("Consumer",), ("nonsense",)):
            yield ListGroupsRequest(types_filter=types)
    yield leave(it, member)
    yield ListGroupsRequest()


def deleted(it: Ground) -> Script:
    """A group is deleted: with a member, with offsets, when it is gone."""
    member, generation = yield from settled(it)
    yield delete(it.name)
    yield commit(it, generation_id_or_member_epoch=generation, member_id=member)
    yield leave(it, member)
    yield delete(it.name, "compare-no-group")
    yield delete(it.name)
    yield fetch(it)
    yield describe(it.name)


def delete(*groups: str) -> DeleteGroupsRequest:
    """Return the request that deletes groups."""
    return DeleteGroupsRequest(groups_names=groups)


def find(it: Ground, *keys: str, kind: int = 0) -> Any:
    """Return the request for coordinators."""
    return find_request(it.version, *(keys or (it.name,)), key_type=kind)


def forget(it: Ground, *places: Place, group: str = "") -> OffsetDeleteRequest:
    """Return the request that deletes offsets."""
    return delete_offsets_request(group or it.name, *places)


PROBES = (
    *asking(
        "OffsetCommit",
        {
            "plain": commit,
            "no-group-id": lambda it: commit(it, group_id=""),
            "no-topic": lambda it: commit(it, topic=UNKNOWN),
            "no-partition": lambda it: commit(it, partition=1),
            "partition-negative": lambda it: commit(it, partition=-1),
            "bad-name": lambda it: commit(it, topic=Topic("a b", UNKNOWN.topic_id)),
            "offset-negative": lambda it: commit(it, Commit(-7, "")),
            "offset-beyond-the-end": lambda it: commit(it, Commit(99, "")),
            "null-metadata": lambda it: commit(it, Commit(3, None)),
            "metadata-too-long": lambda it: commit(it, Commit(3, "m" * 5000)),
            "metadata-as-long-as-may-be": lambda it: commit(it, Commit(3, "m" * 4096)),
            "leader-epoch": lambda it: commit(it, Commit(3, "", 5)),
            "no-topics": lambda it: OffsetCommitRequest(group_id=it.name, topics=()),
            "by-a-member-of-no-group": lambda it: commit(
                it, generation_id_or_member_epoch=1, member_id="nobody"
            ),
            "by-a-generation-of-no-group": lambda it: commit(
                it, generation_id_or_member_epoch=1
            ),
            "by-a-static-member-of-no-group": lambda it: commit(
                it,
                generation_id_or_member_epoch=1,
                member_id="nobody",
                group_instance_id="i",
            ),
            "retention": lambda it: commit(it, retention_time_ms=1_000_000),
        },
    ),
    Probe("OffsetCommit", "committed", committed),
    Probe("OffsetCommit", "by-members", by_members, needs=("JoinGroup",), first=1),
    Probe(
        "OffsetCommit",
        "between-join-and-sync",
        between_join_and_sync,
        needs=("JoinGroup",),
        first=1,
    ),
    *asking(
        "OffsetFetch",
        {
            "nothing-committed": fetch,
            "no-topic": lambda it: fetch(it, UNKNOWN),
            "no-partition": lambda it: fetch(it, None, 9),
            "partition-negative": lambda it: fetch(it, None, -1),
            "partition-twice": lambda it: fetch(it, None, 0, 0),
            "no-group-id": lambda it: fetch(it, group_id=""),
            "all-of-no-group": fetch_all,
            "no-topics": lambda it: fetch_offsets_request(it.version, {it.name: {}}),
            "stable": lambda it: fetch(it, is_stable=True),
        },
    ),
    *asking(
        "OffsetFetch",
        {
            "two-groups": lambda it: fetch_offsets_request(
                it.version, {it.name: None, "compare-no-group": {it.standing: (0,)}}
            ),
            "no-groups": lambda it: OffsetFetchRequest(groups=()),
        },
        first=8,
    ),
    Probe("OffsetFetch", "fetched", fetched),
    *asking(
        "OffsetDelete",
        {
            "no-group": lambda it: forget(it, (it.standing.name, 0)),
            "no-group-id": lambda it: delete_offsets_request(""),
            "nothing": forget,
            "no-topic": lambda it: forget(it, (UNKNOWN.name, 0)),
        },
    ),
    Probe("OffsetDelete", "forgotten", forgotten),
    Probe("OffsetDelete", "while-subscribed", forgotten_while_subscribed),
    *asking(
        "DescribeGroups",
        {
            "no-group": lambda it: describe(it.name),
            "no-group-id": lambda it: describe(""),
            "none": lambda it: describe(),
            "operations": lambda it: describe(
                it.name, include_authorized_operations=True
            ),
        },
    ),
    Probe("DescribeGroups", "described", described),
    Probe("DescribeGroups", "stable-and-empty", described_when_stable_and_empty),
    Probe("ListGroups", "listed", listed),
    *asking(
        "DeleteGroups",
        {
            "no-group": lambda it: delete(it.name),
            "no-group-id": lambda it: delete(""),
            "none": lambda it: delete(),
            "twice": lambda it: delete(it.name, it.name),
        },
    ),
    Probe("DeleteGroups", "deleted", deleted),
    *asking(
        "FindCoordinator",
        {
            "group": find,
            "no-group-id": lambda it: find(it, ""),
            "transaction": lambda it: find(it, kind=1),
            "no-transaction-id": lambda it: find(it, "", kind=1),
            "kind-2": lambda it: find(it, kind=2),
            "kind-9": lambda it: find(it, kind=9),
            "kind-negative": lambda it: find(it, kind=-1),
        },
    ),
    *asking(
        "FindCoordinator",
        {
            "two-groups": lambda it: find(it, it.name, "other"),
            "group-twice": lambda it: find(it, it.name, it.name),
            "nothing": lambda it: find_request(it.version),
        },
        first=4,
    ),
)
