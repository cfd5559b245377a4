"""Elections, moves of replicas, credentials, features and the quorum."""

from __future__ import annotations

from typing import Any

import pytest
from logion.names import Uuid
from logion.protocol.errors import Error
from logion.protocol.messages.add_raft_voter import (
    AddRaftVoterRequest,
    AddRaftVoterResponse,
    Listener,
)
from logion.protocol.messages.alter_partition_reassignments import (
    AlterPartitionReassignmentsRequest,
    AlterPartitionReassignmentsResponse,
    ReassignablePartition,
    ReassignableTopic,
)
from logion.protocol.messages.alter_user_scram_credentials import (
    AlterUserScramCredentialsRequest,
    AlterUserScramCredentialsResponse,
    ScramCredentialDeletion,
    ScramCredentialUpsertion,
)
from logion.protocol.messages.api_versions import (
    ApiVersionsRequest,
    ApiVersionsResponse,
)
from logion.protocol.messages.describe_quorum import (
    DescribeQuorumRequest,
    DescribeQuorumRequestPartitionData,
    DescribeQuorumRequestTopicData,
    DescribeQuorumResponse,
)
from logion.protocol.messages.describe_user_scram_credentials import (
    DescribeUserScramCredentialsRequest,
    DescribeUserScramCredentialsResponse,
    UserName,
)
from logion.protocol.messages.elect_leaders import (
    ElectLeadersRequest,
    ElectLeadersResponse,
    TopicPartitions,
)
from logion.protocol.messages.list_partition_reassignments import (
    ListPartitionReassignmentsRequest,
    ListPartitionReassignmentsResponse,
)
from logion.protocol.messages.remove_raft_voter import (
    RemoveRaftVoterRequest,
    RemoveRaftVoterResponse,
)
from logion.protocol.messages.unregister_broker import (
    UnregisterBrokerRequest,
    UnregisterBrokerResponse,
)
from logion.protocol.messages.update_features import (
    FeatureUpdateKey,
    UpdateFeaturesRequest,
    UpdateFeaturesResponse,
)

from logion_conformance.case import MUST, SHOULD, case
from logion_conformance.expect import expect, expect_error, expect_success, expect_that
from logion_conformance.subject import Subject
from logion_conformance.waiting import eventually

NOBODY = 99
"""A broker that is not there."""

QUORUM = "__cluster_metadata"
DIRECTORY = Uuid(bytes(range(16)))

SHA_256, SHA_512 = 1, 2


@case(
    "elections.unneeded",
    level=MUST,
    cites="KIP-183, KIP-460: ElectLeaders",
    apis={"ElectLeaders": "0+", "CreateTopics": "0+"},
)
@pytest.mark.usefixtures("version")
async def test_no_leader_is_elected_where_the_preferred_one_leads(
    broker: Subject,
) -> None:
    """ELECTION_NOT_NEEDED, and UNKNOWN_TOPIC_OR_PARTITION for what is not there."""
    topic = await broker.topic(partitions=2)
    asked = TopicPartitions(topic=topic.name, partitions=(0, 1, 9))
    request = ElectLeadersRequest(topic_partitions=(asked,), timeout_ms=5000)
    answer = await broker.ask_controller(request, ElectLeadersResponse)
    expect_success(answer.error_code)
    (found,) = answer.replica_election_results
    codes = {it.partition_id: it.error_code for it in found.partition_result}
    unneeded, unknown = Error.ELECTION_NOT_NEEDED, Error.UNKNOWN_TOPIC_OR_PARTITION
    expect("the codes", codes, {0: unneeded, 1: unneeded, 9: unknown})


@case(
    "reassignments.refused",
    level=MUST,
    cites="KIP-455: AlterPartitionReassignments",
    apis={"AlterPartitionReassignments": "0+", "CreateTopics": "0+"},
)
@pytest.mark.usefixtures("version")
async def test_replicas_move_to_brokers_that_are_there(broker: Subject) -> None:
    """What cannot be has its error; what is so already has none."""
    topic = await broker.topic()
    here = next(iter(broker.cluster.picture.nodes))
    wrong = Error.INVALID_REPLICA_ASSIGNMENT
    cases: tuple[tuple[int, tuple[int, ...] | None, Error], ...] = (
        (0, (here,), Error.NONE),
        (0, None, Error.NO_REASSIGNMENT_IN_PROGRESS),
        (0, (NOBODY,), wrong),
        (0, (here, here), wrong),
        (0, (), wrong),
        (9, (here,), Error.UNKNOWN_TOPIC_OR_PARTITION),
    )
    for index, replicas, error in cases:
        moved = ReassignablePartition(partition_index=index, replicas=replicas)
        topics = (ReassignableTopic(name=topic.name, partitions=(moved,)),)
        request = AlterPartitionReassignmentsRequest(topics=topics, timeout_ms=5000)
        answer = await broker.ask_controller(
            request, AlterPartitionReassignmentsResponse
        )
        expect_success(answer.error_code)
        code = answer.responses[0].partitions[0].error_code
        expect_error(code, error, what=f"partition {index} to {replicas}")


@case(
    "reassignments.listed",
    level=MUST,
    cites="KIP-455: ListPartitionReassignments",
    apis={"ListPartitionReassignments": "0+"},
)
async def test_nothing_is_on_the_move(broker: Subject) -> None:
    """Without moves the list is empty."""
    request = ListPartitionReassignmentsRequest(topics=None, timeout_ms=5000)
    answer = await broker.ask_controller(request, ListPartitionReassignmentsResponse)
    expect_success(answer.error_code)
    expect("the moves", answer.topics, ())


def upsertion(name: str, mechanism: int, iterations: int) -> ScramCredentialUpsertion:
    """Return a credential to be kept."""
    return ScramCredentialUpsertion(
        name=name,
        mechanism=mechanism,
        iterations=iterations,
        salt=b"salt",
        salted_password=b"p" * 32,
    )


async def credentials_altered(
    broker: Subject,
    *upsertions: ScramCredentialUpsertion,
    deleted: tuple[tuple[str, int], ...] = (),
) -> dict[str, int]:
    """Return the error of each user."""
    deletions = tuple(ScramCredentialDeletion(name=n, mechanism=m) for n, m in deleted)
    request = AlterUserScramCredentialsRequest(
        deletions=deletions, upsertions=upsertions
    )
    answer = await broker.ask_controller(request, AlterUserScramCredentialsResponse)
    return {it.user: it.error_code for it in answer.results}


async def credentials(broker: Subject, *names: str) -> dict[str, Any]:
    """Return mechanisms and iterations of each user, or its error."""
    users = tuple(UserName(name=it) for it in names)
    request = DescribeUserScramCredentialsRequest(users=users)
    answer = await broker.ask(request, DescribeUserScramCredentialsResponse)
    expect_success(answer.error_code)
    return {
        it.user: it.error_code
        or {info.mechanism: info.iterations for info in it.credential_infos}
        for it in answer.results
    }


@case(
    "credentials.kept",
    level=MUST,
    cites="KIP-554: AlterUserScramCredentials and DescribeUserScramCredentials",
    apis={"AlterUserScramCredentials": "0", "DescribeUserScramCredentials": "0"},
)
async def test_credentials_are_kept_told_and_deleted(broker: Subject) -> None:
    """Mechanism and iterations are told, until the credential is deleted; brokers may
    hear of a change a little later."""
    user = broker.name_of_its_own()

    async def told(expected: object) -> None:
        async def check() -> None:
            expect("the credentials", await credentials(broker, user), {user: expected})

        await eventually(broker, check)

    for mechanism, iterations in ((SHA_256, 4096), (SHA_512, 8192)):
        came = await credentials_altered(broker, upsertion(user, mechanism, iterations))
        expect("the outcome", came, {user: Error.NONE})
    await told({SHA_256: 4096, SHA_512: 8192})
    came = await credentials_altered(broker, deleted=((user, SHA_256),))
    expect("the outcome", came, {user: Error.NONE})
    await told({SHA_512: 8192})
    await credentials_altered(broker, deleted=((user, SHA_512),))
    await told(Error.RESOURCE_NOT_FOUND)


@case(
    "credentials.refused",
    level=MUST,
    cites="KIP-554: errors",
    apis={"AlterUserScramCredentials": "0"},
)
async def test_credentials_that_cannot_be_are_refused(broker: Subject) -> None:
    """Each user has its own error; others are not touched by it."""
    few, many, unknown, twice, gone = (broker.name_of_its_own() for _ in range(5))
    came = await credentials_altered(
        broker,
        upsertion(few, SHA_256, 4095),
        upsertion(many, SHA_256, 16385),
        upsertion(unknown, 0, 4096),
        upsertion("", SHA_256, 4096),
        upsertion(twice, SHA_256, 4096),
        upsertion(twice, SHA_256, 4096),
        deleted=((gone, SHA_256),),
    )
    expect(
        "the outcomes",
        came,
        {
            few: Error.UNACCEPTABLE_CREDENTIAL,
            many: Error.UNACCEPTABLE_CREDENTIAL,
            unknown: Error.UNSUPPORTED_SASL_MECHANISM,
            "": Error.UNACCEPTABLE_CREDENTIAL,
            twice: Error.DUPLICATE_RESOURCE,
            gone: Error.RESOURCE_NOT_FOUND,
        },
    )


@case(
    "features.told",
    level=MUST,
    cites="KIP-584: features in ApiVersions; KRaft",
    apis={"ApiVersions": "3+", "DescribeQuorum": "0+"},
)
async def test_features_are_told(broker: Subject, version: int) -> None:
    """Each feature the cluster has is one the broker knows, at a level it knows."""
    request = ApiVersionsRequest(
        client_software_name="logion", client_software_version="1"
    )
    answer = await broker.ask(request, ApiVersionsResponse)
    known = {it.name: it for it in answer.supported_features}
    had = {it.name: it.max_version_level for it in answer.finalized_features}
    expect_that(
        "the epoch",
        holds=answer.finalized_features_epoch >= 0,
        expected="at least 0",
        came=answer.finalized_features_epoch,
    )
    expect_that(
        "the features the cluster has",
        holds={"metadata.version", "group.version", "transaction.version"} <= set(had),
        expected="those of KRaft among them",
        came=had,
    )
    for name, level in had.items():
        if version >= 4 or name in known:  # those from level 0 are told since v4
            low, high = known[name].min_version, known[name].max_version
            holds = low <= level <= high
            expected = f"{low} to {high}"
            expect_that(
                f"the level of {name}", holds=holds, expected=expected, came=level
            )


@case(
    "features.refused",
    level=MUST,
    cites="KIP-584: UpdateFeatures",
    apis={"UpdateFeatures": "0+"},
)
@pytest.mark.usefixtures("version")
async def test_a_feature_that_does_not_exist_is_refused(broker: Subject) -> None:
    """INVALID_UPDATE_VERSION for all, or on ZooKeeper INVALID_REQUEST for the one."""
    asked = FeatureUpdateKey(feature="nope", max_version_level=1)
    request = UpdateFeaturesRequest(feature_updates=(asked,), timeout_ms=5000)
    answer = await broker.ask_controller(request, UpdateFeaturesResponse)
    if broker.advertises("DescribeQuorum"):
        expect_error(answer.error_code, Error.INVALID_UPDATE_VERSION)
    else:
        expect_success(answer.error_code)
        expect_error(answer.results[0].error_code, Error.INVALID_REQUEST)


@case(
    "quorum.described",
    level=MUST,
    cites="KIP-595: DescribeQuorum",
    apis={"DescribeQuorum": "0+"},
)
@pytest.mark.usefixtures("version")
async def test_the_leader_of_the_quorum_is_one_of_its_voters(broker: Subject) -> None:
    """The quorum has a leader, which is a voter and is not behind itself."""
    answer = await broker.ask(_quorum(QUORUM, 0), DescribeQuorumResponse)
    expect_success(answer.error_code)
    (found,) = answer.topics[0].partitions
    expect_success(found.error_code)
    ends = {it.replica_id: it.log_end_offset for it in found.current_voters}
    expect_that(
        "the leader",
        holds=found.leader_id in ends,
        expected=f"one of the voters {sorted(ends)}",
        came=found.leader_id,
    )
    expect_that(
        "the leader's end",
        holds=ends[found.leader_id] >= found.high_watermark,
        expected=f"at least the high watermark {found.high_watermark}",
        came=ends[found.leader_id],
    )


@case(
    "quorum.unknown",
    level=SHOULD,
    cites="KIP-595: DescribeQuorum",
    apis={"DescribeQuorum": "0+"},
)
@pytest.mark.usefixtures("version")
async def test_no_other_partition_has_a_quorum(broker: Subject) -> None:
    """UNKNOWN_TOPIC_OR_PARTITION for any other topic or partition."""
    for asked in (_quorum("nope", 0), _quorum(QUORUM, 1)):
        answer = await broker.ask(asked, DescribeQuorumResponse)
        expect_success(answer.error_code)
        code = answer.topics[0].partitions[0].error_code
        expect_error(code, Error.UNKNOWN_TOPIC_OR_PARTITION)


def _quorum(topic: str, partition: int) -> DescribeQuorumRequest:
    asked = DescribeQuorumRequestPartitionData(partition_index=partition)
    data = DescribeQuorumRequestTopicData(topic_name=topic, partitions=(asked,))
    return DescribeQuorumRequest(topics=(data,))


@case(
    "quorum.voters",
    level=SHOULD,
    cites="KIP-853: voters cannot change while kraft.version is 0",
    apis={"AddRaftVoter": "0+", "RemoveRaftVoter": "0+"},
    touches="the voters of the quorum, were broker 99 among them",
)
@pytest.mark.usefixtures("version")
async def test_the_voters_are_fixed(broker: Subject) -> None:
    """UNSUPPORTED_VERSION, or INCONSISTENT_CLUSTER_ID for another cluster."""
    listeners = (Listener(name="CONTROLLER", host="h", port=1),)
    for cluster_id, error in (
        (None, Error.UNSUPPORTED_VERSION),
        ("nope", Error.INCONSISTENT_CLUSTER_ID),
    ):
        add = AddRaftVoterRequest(
            cluster_id=cluster_id,
            timeout_ms=5000,
            voter_id=NOBODY,
            voter_directory_id=DIRECTORY,
            listeners=listeners,
        )
        remove = RemoveRaftVoterRequest(
            cluster_id=cluster_id,
            voter_id=NOBODY,
            voter_directory_id=DIRECTORY,
        )
        expect_error((await broker.ask(add, AddRaftVoterResponse)).error_code, error)
        came = await broker.ask(remove, RemoveRaftVoterResponse)
        expect_error(came.error_code, error)


@case(
    "brokers.unregistered",
    level=MUST,
    cites="UnregisterBroker: BROKER_ID_NOT_REGISTERED",
    apis={"UnregisterBroker": "0"},
    touches="broker 99, if there is one",
)
async def test_a_broker_that_is_not_there_cannot_go(broker: Subject) -> None:
    """BROKER_ID_NOT_REGISTERED."""
    request = UnregisterBrokerRequest(broker_id=NOBODY)
    answer = await broker.ask(request, UnregisterBrokerResponse)
    expect_error(answer.error_code, Error.BROKER_ID_NOT_REGISTERED)
