"""Leaders, replicas, credentials, features, the quorum: told and changed."""

from __future__ import annotations

from logion.protocol.errors import Error
from logion.protocol.messages.list_partition_reassignments import (
    OngoingTopicReassignment,
)

from logion_harness.miniatures.miniature import Miniature
from logion_harness.miniatures.seams import always, hears, tells, unsaid

MOVE = OngoingTopicReassignment(name="phantom", partitions=())

MINIATURES = (
    Miniature(
        "elects-without-need",
        "says that the preferred leader is elected where it leads already",
        ("elections.unneeded",),
        unsaid("ElectLeaders", Error.ELECTION_NOT_NEEDED),
    ),
    Miniature(
        "moves-replicas-nowhere",
        "says that replicas move to brokers which are not there",
        ("reassignments.refused",),
        unsaid("AlterPartitionReassignments", Error.INVALID_REPLICA_ASSIGNMENT),
    ),
    Miniature(
        "lists-a-move",
        "lists a move where nothing moves",
        ("reassignments.listed",),
        tells("ListPartitionReassignments", "topics", always((MOVE,))),
    ),
    Miniature(
        "keeps-credentials",
        "keeps the credentials that are to be deleted",
        ("credentials.kept",),
        hears("AlterUserScramCredentials", "deletions", always(())),
    ),
    Miniature(
        "takes-weak-credentials",
        "says that credentials are kept which are too weak, or of nobody",
        ("credentials.refused",),
        unsaid("AlterUserScramCredentials", Error.UNACCEPTABLE_CREDENTIAL),
    ),
    Miniature(
        "has-no-features",
        "does not tell the features of its cluster",
        ("features.told",),
        tells("ApiVersions", "finalized_features", always(())),
    ),
    Miniature(
        "takes-any-feature",
        "says that a feature is raised which does not exist",
        ("features.refused",),
        unsaid("UpdateFeatures", Error.INVALID_UPDATE_VERSION),
    ),
    Miniature(
        "has-a-stranger-for-leader",
        "names a leader of the quorum that is none of its voters",
        ("quorum.described",),
        tells("DescribeQuorum", "topics.partitions.leader_id", always(77)),
    ),
    Miniature(
        "has-a-quorum-for-everything",
        "has no error for the quorum of a partition that has none",
        ("quorum.unknown",),
        unsaid("DescribeQuorum", Error.UNKNOWN_TOPIC_OR_PARTITION),
    ),
    Miniature(
        "takes-any-voter",
        "says that a voter is added where the voters are fixed",
        ("quorum.voters",),
        unsaid("AddRaftVoter", Error.UNSUPPORTED_VERSION),
    ),
    Miniature(
        "lets-strangers-go",
        "says of a broker that it is gone which was never there",
        ("brokers.unregistered",),
        unsaid("UnregisterBroker", Error.BROKER_ID_NOT_REGISTERED),
    ),
)
