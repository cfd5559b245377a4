"""The cluster: elections, moves of replicas, features, the quorum.

Nothing is asked for that would take effect on what other probes see.
"""

from __future__ import annotations

from typing import Any

from logion.names import ZERO_UUID, Uuid
from logion.protocol.messages import (
    alter_partition_reassignments as moving,
)
from logion.protocol.messages import (
    alter_replica_log_dirs as housing,
)
from logion.protocol.messages import (
    describe_quorum as quorum,
)
from logion.protocol.messages import (
    elect_leaders as electing,
)
from logion.protocol.messages import (
    list_partition_reassignments as listing,
)
from logion.protocol.messages.add_raft_voter import AddRaftVoterRequest, Listener
from logion.protocol.messages.list_config_resources import ListConfigResourcesRequest
from logion.protocol.messages.remove_raft_voter import RemoveRaftVoterRequest
from logion.protocol.messages.unregister_broker import UnregisterBrokerRequest
from logion.protocol.messages.update_features import (
    FeatureUpdateKey,
    UpdateFeaturesRequest,
)

from logion_conformance.compare.probe import (
    Build,
    Ground,
    Probe,
    Script,
    asking,
    one,
)

UNKNOWN = "logion-compare-unknown"
NOBODY = 7
"""The number of a broker that is not there."""

HOME = Uuid(b"\7" * 16)
"""The id of a folder of its metadata."""

PREFERRED, UNCLEAN = 0, 1


def elect(kind: int, *topics: tuple[str, tuple[int, ...]]) -> Any:
    """Return the request that elects leaders of partitions."""
    return electing.ElectLeadersRequest(
        election_type=kind,
        topic_partitions=tuple(
            electing.TopicPartitions(topic=name, partitions=partitions)
            for name, partitions in topics
        ),
    )


def move(
    *topics: tuple[str, tuple[tuple[int, tuple[int, ...] | None], ...]], **more: Any
) -> Any:
    """Return the request that gives partitions other replicas, or goes on as it was."""
    return moving.AlterPartitionReassignmentsRequest(
        topics=tuple(
            moving.ReassignableTopic(
                name=name,
                partitions=tuple(
                    moving.ReassignablePartition(partition_index=at, replicas=replicas)
                    for at, replicas in rows
                ),
            )
            for name, rows in topics
        ),
        **more,
    )


def moves(*topics: tuple[str, tuple[int, ...]]) -> Any:
    """Return the request for the moves of partitions."""
    return listing.ListPartitionReassignmentsRequest(
        topics=tuple(
            listing.ListPartitionReassignmentsTopics(name=name, partition_indexes=rows)
            for name, rows in topics
        )
    )


def house(path: str, *topics: tuple[str, tuple[int, ...]]) -> Any:
    """Return the request that moves logs into a folder."""
    return housing.AlterReplicaLogDirsRequest(
        dirs=(
            housing.AlterReplicaLogDir(
                path=path,
                topics=tuple(
                    housing.AlterReplicaLogDirTopic(name=name, partitions=rows)
                    for name, rows in topics
                ),
            ),
        )
    )


def quorum_of(*topics: tuple[str, tuple[int, ...]]) -> Any:
    """Return the request for the quorum of partitions."""
    return quorum.DescribeQuorumRequest(
        topics=tuple(
            quorum.DescribeQuorumRequestTopicData(
                topic_name=name,
                partitions=tuple(
                    quorum.DescribeQuorumRequestPartitionData(partition_index=it)
                    for it in rows
                ),
            )
            for name, rows in topics
        )
    )


def update(*rows: tuple[str, int], **more: Any) -> Any:
    """Return the request that checks whether features may have other levels."""
    return UpdateFeaturesRequest(
        feature_updates=tuple(
            FeatureUpdateKey(feature=name, max_version_level=level, **more)
            for name, level in rows
        )
    )


def voter(number: int, cluster: str | None = None, directory: Uuid = HOME) -> Any:
    """Return the request that lets another controller vote."""
    return AddRaftVoterRequest(
        cluster_id=cluster,
        timeout_ms=1000,
        voter_id=number,
        voter_directory_id=directory,
        listeners=(Listener(name="CONTROLLER", host="127.0.0.1", port=9),),
    )


def no_voter(number: int, cluster: str | None = None, directory: Uuid = HOME) -> Any:
    """Return the request that takes a vote away."""
    return RemoveRaftVoterRequest(
        cluster_id=cluster, voter_id=number, voter_directory_id=directory
    )


def moved(it: Ground) -> Script:
    """A partition is given the replica that it has, and nothing is on the way."""
    yield move((it.own.name, ((0, (it.broker,)),)))
    yield moves((it.own.name, (0,)))
    yield move((it.own.name, ((0, None),)))


WAYS: dict[str, dict[str, Build]] = {
    "ElectLeaders": {
        "preferred": lambda it: elect(PREFERRED, (it.standing.name, (0,))),
        "none": lambda it: elect(PREFERRED),
        "unclean": lambda it: elect(UNCLEAN, (it.standing.name, (0,))),
        "unknown-topic": lambda it: elect(PREFERRED, (UNKNOWN, (0, 1))),
        "unknown-partition": lambda it: elect(PREFERRED, (it.standing.name, (0, 9))),
        "negative-partition": lambda it: elect(PREFERRED, (it.standing.name, (-1,))),
        "twice": lambda it: elect(PREFERRED, (it.standing.name, (0, 0))),
        "no-partitions": lambda it: elect(PREFERRED, (it.standing.name, ())),
        "unknown-kind": lambda it: elect(9, (it.standing.name, (0,))),
    },
    "AlterPartitionReassignments": {
        "none": lambda it: move(),
        "unknown-topic": lambda it: move((UNKNOWN, ((0, (it.broker,)),))),
        "unknown-partition": lambda it: move((it.standing.name, ((9, (it.broker,)),))),
        "negative-partition": lambda it: move(
            (it.standing.name, ((-1, (it.broker,)),))
        ),
        "unknown-broker": lambda it: move((it.standing.name, ((0, (NOBODY,)),))),
        "negative-broker": lambda it: move((it.standing.name, ((0, (-1,)),))),
        "no-replicas": lambda it: move((it.standing.name, ((0, ()),))),
        "one-broker-twice": lambda it: move(
            (it.standing.name, ((0, (it.broker, it.broker)),))
        ),
        "nothing-to-take-back": lambda it: move((it.standing.name, ((0, None),))),
        "nothing-to-take-back-of-unknown": lambda it: move((UNKNOWN, ((0, None),))),
        "no-topic-name": lambda it: move(("", ((0, (it.broker,)),))),
        "no-partitions": lambda it: move((it.standing.name, ())),
    },
    "ListPartitionReassignments": {
        "of-a-topic": lambda it: moves((it.standing.name, (0, 9))),
        "of-an-unknown-topic": lambda it: moves((UNKNOWN, (0,))),
        "of-none": lambda it: moves(),
        "of-all": lambda it: listing.ListPartitionReassignmentsRequest(topics=None),
    },
    "AlterReplicaLogDirs": {
        "unknown-folder": lambda it: house("/no/such/folder", (it.standing.name, (0,))),
        "relative-folder": lambda it: house("here", (it.standing.name, (0,))),
        "no-folder": lambda it: house("", (it.standing.name, (0, 1))),
        "unknown-topic": lambda it: house("/no/such/folder", (UNKNOWN, (0,))),
        "none": lambda it: housing.AlterReplicaLogDirsRequest(dirs=()),
        "no-topics": lambda it: house("/no/such/folder"),
    },
    "DescribeQuorum": {
        "of-another-topic": lambda it: quorum_of((it.standing.name, (0,))),
        "of-another-partition": lambda it: quorum_of(("__cluster_metadata", (1,))),
        "of-two-partitions": lambda it: quorum_of(("__cluster_metadata", (0, 1))),
        "of-none": lambda it: quorum_of(),
    },
    "UpdateFeatures": {
        "none": lambda it: update(),
        "as-it-is": lambda it: update(("group.version", 1)),
        "unknown": lambda it: update((UNKNOWN, 1)),
        "unknown-removed": lambda it: update((UNKNOWN, 0)),
        "no-name": lambda it: update(("", 1)),
        "beyond": lambda it: update(("group.version", 99)),
        "negative": lambda it: update(("group.version", -1)),
        "twice": lambda it: update(("group.version", 1), ("group.version", 1)),
        "down-is-no-upgrade": lambda it: update(("transaction.version", 1)),
        "metadata-down": lambda it: update(("metadata.version", 8), **down(it)),
    },
    "UnregisterBroker": {
        "unknown": lambda it: UnregisterBrokerRequest(broker_id=NOBODY),
        "negative": lambda it: UnregisterBrokerRequest(broker_id=-1),
    },
    "AddRaftVoter": {
        "unknown": lambda it: voter(NOBODY),
        "of-another-cluster": lambda it: voter(NOBODY, "another"),
        "negative": lambda it: voter(-1),
        "of-no-folder": lambda it: voter(NOBODY, directory=ZERO_UUID),
    },
    "RemoveRaftVoter": {
        "unknown": lambda it: no_voter(NOBODY),
        "of-another-cluster": lambda it: no_voter(NOBODY, "another"),
        "negative": lambda it: no_voter(-1),
        "of-no-folder": lambda it: no_voter(NOBODY, directory=ZERO_UUID),
    },
    "ListConfigResources": {
        "unknown-kind": lambda it: ListConfigResourcesRequest(resource_types=(99,)),
        "kind-0": lambda it: ListConfigResourcesRequest(resource_types=(0,)),
        "metrics": lambda it: ListConfigResourcesRequest(resource_types=(16,)),
        "groups": lambda it: ListConfigResourcesRequest(resource_types=(32,)),
        "brokers": lambda it: ListConfigResourcesRequest(resource_types=(4,)),
    },
}


def down(it: Ground) -> dict[str, Any]:
    """Return what lets a level fall, in the form of the version."""
    return {"upgrade_type": 2} if it.version else {"allow_downgrade": True}


KINDS: dict[str, Build] = {
    f"kind-{kind}": lambda it, kind=kind: update(  # type: ignore[misc]
        ("group.version", 1), upgrade_type=kind
    )
    for kind in (0, 2, 3, 4, -1)
}

PROBES = (
    *(probe for api, ways in WAYS.items() for probe in asking(api, ways)),
    *asking("UpdateFeatures", KINDS, first=1),
    Probe("AlterPartitionReassignments", "to-itself", moved, needs_topic=True),
    Probe(
        "ElectLeaders",
        "all",
        one(
            lambda it: electing.ElectLeadersRequest(
                election_type=PREFERRED, topic_partitions=None
            )
        ),
        once=True,
    ),
)
