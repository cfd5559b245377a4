"""What somebody without rights may do to the cluster as a whole: nothing.

Judged on a broker of the suite's own: see `guarding`.
"""

from __future__ import annotations

import pytest
from logion.protocol.errors import Error
from logion.protocol.messages.alter_client_quotas import (
    AlterClientQuotasRequest,
    AlterClientQuotasRequestEntryData,
    AlterClientQuotasResponse,
    EntityData,
    OpData,
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
)
from logion.protocol.messages.create_acls import (
    AclCreation,
    CreateAclsRequest,
    CreateAclsResponse,
)
from logion.protocol.messages.delete_acls import (
    DeleteAclsFilter,
    DeleteAclsRequest,
    DeleteAclsResponse,
)
from logion.protocol.messages.describe_acls import (
    DescribeAclsRequest,
    DescribeAclsResponse,
)
from logion.protocol.messages.describe_client_quotas import (
    DescribeClientQuotasRequest,
    DescribeClientQuotasResponse,
)
from logion.protocol.messages.describe_configs import (
    DescribeConfigsRequest,
    DescribeConfigsResource,
    DescribeConfigsResponse,
)
from logion.protocol.messages.describe_log_dirs import (
    DescribeLogDirsRequest,
    DescribeLogDirsResponse,
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
from logion.protocol.messages.incremental_alter_configs import (
    AlterableConfig,
    AlterConfigsResource,
    IncrementalAlterConfigsRequest,
    IncrementalAlterConfigsResponse,
)
from logion.protocol.messages.list_partition_reassignments import (
    ListPartitionReassignmentsRequest,
    ListPartitionReassignmentsResponse,
)

from logion_conformance.access import (
    ALLOW,
    READ,
    TOPIC,
    Filter,
    expect_refused,
    fields_of,
)
from logion_conformance.case import MUST, case
from logion_conformance.material import TIMEOUT_MS
from logion_conformance.subject import Subject

REFUSED = Error.CLUSTER_AUTHORIZATION_FAILED

CITES = "KIP-11; error 31 CLUSTER_AUTHORIZATION_FAILED"

EACH = pytest.mark.usefixtures("version")

BROKER = 4
"""The kind of resource in DescribeConfigs that is a broker."""


@EACH
@case("access.acls.created", level=MUST, cites=CITES, apis={"CreateAcls": "0+"})
async def test_who_may_not_alter_makes_no_rules(stranger: Subject) -> None:
    """CreateAcls without Alter on the cluster: CLUSTER_AUTHORIZATION_FAILED. Nobody
    gives rights to himself."""
    rule = AclCreation(
        resource_type=TOPIC,
        resource_name=stranger.name_of_its_own(),
        principal=f"User:{stranger.security.username}",
        host="*",
        operation=READ,
        permission_type=ALLOW,
    )
    request = CreateAclsRequest(creations=(rule,))
    await expect_refused(stranger, request, CreateAclsResponse, REFUSED)


@EACH
@case("access.acls.described", level=MUST, cites=CITES, apis={"DescribeAcls": "0+"})
async def test_who_may_not_describe_sees_no_rules(stranger: Subject) -> None:
    """DescribeAcls without Describe on the cluster: CLUSTER_AUTHORIZATION_FAILED."""
    request = DescribeAclsRequest(**fields_of(Filter(None)))
    await expect_refused(stranger, request, DescribeAclsResponse, REFUSED)


@EACH
@case("access.acls.deleted", level=MUST, cites=CITES, apis={"DeleteAcls": "0+"})
async def test_who_may_not_alter_deletes_no_rules(stranger: Subject) -> None:
    """DeleteAcls without Alter on the cluster: CLUSTER_AUTHORIZATION_FAILED."""
    wanted = DeleteAclsFilter(**fields_of(Filter(stranger.name_of_its_own())))
    request = DeleteAclsRequest(filters=(wanted,))
    await expect_refused(stranger, request, DeleteAclsResponse, REFUSED)


@EACH
@case("access.configs.broker", level=MUST, cites=CITES, apis={"DescribeConfigs": "0+"})
async def test_who_may_not_describe_sees_no_settings_of_a_broker(
    broker: Subject, stranger: Subject
) -> None:
    """DescribeConfigs of a broker: CLUSTER_AUTHORIZATION_FAILED, not the topic's
    error."""
    asked = DescribeConfigsResource(
        resource_type=BROKER,
        resource_name=str(next(iter(broker.cluster.picture.nodes))),
        configuration_keys=None,
    )
    request = DescribeConfigsRequest(resources=(asked,))
    await expect_refused(stranger, request, DescribeConfigsResponse, REFUSED)


@EACH
@case(
    "access.configs.broker.altered",
    level=MUST,
    cites="KIP-339; error 31 CLUSTER_AUTHORIZATION_FAILED",
    apis={"IncrementalAlterConfigs": "0+"},
)
async def test_who_may_not_alter_changes_no_settings_of_a_broker(
    broker: Subject, stranger: Subject
) -> None:
    """IncrementalAlterConfigs of a broker: CLUSTER_AUTHORIZATION_FAILED."""
    change = AlterableConfig(name="log.cleaner.threads", config_operation=0, value="1")
    asked = AlterConfigsResource(
        resource_type=BROKER,
        resource_name=str(next(iter(broker.cluster.picture.nodes))),
        configs=(change,),
    )
    request = IncrementalAlterConfigsRequest(resources=(asked,), validate_only=True)
    await expect_refused(stranger, request, IncrementalAlterConfigsResponse, REFUSED)


@EACH
@case(
    "access.elections",
    level=MUST,
    cites="KIP-183, KIP-460: Alter on the cluster",
    apis={"ElectLeaders": "0+"},
)
async def test_who_may_not_alter_elects_no_leaders(
    broker: Subject, stranger: Subject
) -> None:
    """ElectLeaders: CLUSTER_AUTHORIZATION_FAILED."""
    asked = TopicPartitions(topic=(await broker.topic()).name, partitions=(0,))
    request = ElectLeadersRequest(topic_partitions=(asked,), timeout_ms=TIMEOUT_MS)
    await expect_refused(stranger, request, ElectLeadersResponse, REFUSED)


@EACH
@case(
    "access.reassignments.altered",
    level=MUST,
    cites="KIP-455: Alter on the cluster",
    apis={"AlterPartitionReassignments": "0+"},
)
async def test_who_may_not_alter_moves_no_partitions(
    broker: Subject, stranger: Subject
) -> None:
    """AlterPartitionReassignments: CLUSTER_AUTHORIZATION_FAILED."""
    part = ReassignablePartition(partition_index=0, replicas=None)
    topic = ReassignableTopic(name=(await broker.topic()).name, partitions=(part,))
    request = AlterPartitionReassignmentsRequest(topics=(topic,), timeout_ms=TIMEOUT_MS)
    answer = AlterPartitionReassignmentsResponse
    await expect_refused(stranger, request, answer, REFUSED)


@EACH
@case(
    "access.reassignments.listed",
    level=MUST,
    cites="KIP-455: Describe on the cluster",
    apis={"ListPartitionReassignments": "0+"},
)
async def test_who_may_not_describe_sees_no_moves(stranger: Subject) -> None:
    """ListPartitionReassignments: CLUSTER_AUTHORIZATION_FAILED."""
    request = ListPartitionReassignmentsRequest(topics=None, timeout_ms=TIMEOUT_MS)
    answer = ListPartitionReassignmentsResponse
    await expect_refused(stranger, request, answer, REFUSED)


@EACH
@case("access.log-dirs", level=MUST, cites=CITES, apis={"DescribeLogDirs": "3+"})
async def test_who_may_not_describe_sees_no_folders(stranger: Subject) -> None:
    """DescribeLogDirs: CLUSTER_AUTHORIZATION_FAILED; before version 3 there was no
    field to say so in."""
    request = DescribeLogDirsRequest(topics=None)
    await expect_refused(stranger, request, DescribeLogDirsResponse, REFUSED)


@EACH
@case(
    "access.quotas.described",
    level=MUST,
    cites="KIP-546: DescribeConfigs on the cluster",
    apis={"DescribeClientQuotas": "0+"},
)
async def test_who_may_not_describe_sees_no_quotas(stranger: Subject) -> None:
    """DescribeClientQuotas: CLUSTER_AUTHORIZATION_FAILED."""
    request = DescribeClientQuotasRequest(components=(), strict=False)
    await expect_refused(stranger, request, DescribeClientQuotasResponse, REFUSED)


@EACH
@case(
    "access.quotas.altered",
    level=MUST,
    cites="KIP-546: AlterConfigs on the cluster",
    apis={"AlterClientQuotas": "0+"},
)
async def test_who_may_not_alter_sets_no_quotas(stranger: Subject) -> None:
    """AlterClientQuotas: CLUSTER_AUTHORIZATION_FAILED. Nobody takes his own bounds
    away."""
    who = EntityData(entity_type="user", entity_name=stranger.name_of_its_own())
    change = OpData(key="producer_byte_rate", value=1.0, remove=False)
    entry = AlterClientQuotasRequestEntryData(entity=(who,), ops=(change,))
    request = AlterClientQuotasRequest(entries=(entry,), validate_only=True)
    await expect_refused(stranger, request, AlterClientQuotasResponse, REFUSED)


@EACH
@case(
    "access.scram.described",
    level=MUST,
    cites="KIP-554: Describe on the cluster",
    apis={"DescribeUserScramCredentials": "0+"},
)
async def test_who_may_not_describe_sees_no_user(stranger: Subject) -> None:
    """DescribeUserScramCredentials of one user: CLUSTER_AUTHORIZATION_FAILED."""
    await expect_users_hidden(stranger, UserName(name=stranger.name_of_its_own()))


@EACH
@case(
    "access.scram.described.all",
    level=MUST,
    cites="KIP-554: Users, null for all; Describe on the cluster",
    apis={"DescribeUserScramCredentials": "0+"},
)
async def test_who_may_not_describe_sees_no_users(stranger: Subject) -> None:
    """DescribeUserScramCredentials of all users (null): CLUSTER_AUTHORIZATION_FAILED,
    and no user."""
    await expect_users_hidden(stranger)


async def expect_users_hidden(stranger: Subject, *users: UserName) -> None:
    """Nothing if nobody is told of; Broken if somebody is. No user stands for all."""
    request = DescribeUserScramCredentialsRequest(users=users or None)
    answer = DescribeUserScramCredentialsResponse
    await expect_refused(stranger, request, answer, REFUSED)


@EACH
@case(
    "access.scram.altered",
    level=MUST,
    cites="KIP-554: Alter on the cluster",
    apis={"AlterUserScramCredentials": "0+"},
)
async def test_who_may_not_alter_changes_no_passwords(stranger: Subject) -> None:
    """AlterUserScramCredentials: CLUSTER_AUTHORIZATION_FAILED, for each user."""
    gone = ScramCredentialDeletion(name=stranger.name_of_its_own(), mechanism=1)
    request = AlterUserScramCredentialsRequest(deletions=(gone,), upsertions=())
    answer = AlterUserScramCredentialsResponse
    await expect_refused(stranger, request, answer, REFUSED)
