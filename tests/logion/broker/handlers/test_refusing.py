"""What a broker without SASL, authorizer and other controllers refuses, and how.

Each answer has the error that Apache Kafka 3.9.1 and 4.3.0 give in such a case.
"""

from __future__ import annotations

from typing import Any

import pytest
from logion.names import ZERO_UUID, Uuid
from logion.protocol.errors import ApiError, Error
from logion.protocol.messages.add_raft_voter import AddRaftVoterRequest, Listener
from logion.protocol.messages.create_acls import AclCreation, CreateAclsRequest
from logion.protocol.messages.create_delegation_token import (
    CreateDelegationTokenRequest,
)
from logion.protocol.messages.delete_acls import DeleteAclsFilter, DeleteAclsRequest
from logion.protocol.messages.describe_acls import DescribeAclsRequest
from logion.protocol.messages.describe_delegation_token import (
    DescribeDelegationTokenRequest,
)
from logion.protocol.messages.expire_delegation_token import (
    ExpireDelegationTokenRequest,
)
from logion.protocol.messages.remove_raft_voter import RemoveRaftVoterRequest
from logion.protocol.messages.renew_delegation_token import (
    RenewDelegationTokenRequest,
)
from logion.protocol.messages.sasl_authenticate import SaslAuthenticateRequest
from logion.protocol.messages.sasl_handshake import SaslHandshakeRequest
from logion.protocol.messages.unregister_broker import UnregisterBrokerRequest

from tests.logion.broker.running import running

TOPIC, LITERAL, READ, ALLOW = 2, 3, 3, 3
DIRECTORY = Uuid(bytes(range(16)))

HANDSHAKE = SaslHandshakeRequest(mechanism="PLAIN")


@pytest.mark.parametrize("version", range(2))
async def test_a_listener_without_sasl_takes_no_handshake(version: int) -> None:
    async with running() as broker:
        answer = await broker.ask(HANDSHAKE, version)
    assert (answer.error_code, answer.mechanisms) == (Error.ILLEGAL_SASL_STATE, ())


async def test_before_1_1_a_handshake_hears_of_mechanisms() -> None:
    async with running(release="0.11.0") as broker:
        answer = await broker.ask(HANDSHAKE)
    assert answer.mechanisms == ("GSSAPI",)


@pytest.mark.parametrize("version", range(3))
async def test_a_listener_without_sasl_takes_no_token(version: int) -> None:
    async with running() as broker:
        answer = await broker.ask(SaslAuthenticateRequest(auth_bytes=b"x"), version)
    assert answer.error_code == Error.ILLEGAL_SASL_STATE
    assert answer.error_message


def acl_filter(resource_type: int = TOPIC) -> dict[str, Any]:
    """Return the fields of a filter of rules."""
    return {
        "resource_type_filter": resource_type,
        "resource_name_filter": None,
        "pattern_type_filter": LITERAL,
        "principal_filter": None,
        "host_filter": None,
        "operation": READ,
        "permission_type": ALLOW,
    }


def creation(resource_type: int = TOPIC) -> AclCreation:
    """Return a rule to be made."""
    return AclCreation(
        resource_type=resource_type,
        resource_name="t",
        resource_pattern_type=LITERAL,
        principal="User:alice",
        host="*",
        operation=READ,
        permission_type=ALLOW,
    )


@pytest.mark.parametrize("version", range(1, 4))
async def test_without_an_authorizer_rules_are_neither_told_nor_changed(
    version: int,
) -> None:
    async with running() as broker:
        told = await broker.ask(DescribeAclsRequest(**acl_filter()), version)
        create = CreateAclsRequest(creations=(creation(),) * 2)
        delete = DeleteAclsRequest(filters=(DeleteAclsFilter(**acl_filter()),) * 2)
        made = (await broker.ask(create, version)).results
        gone = (await broker.ask(delete, version)).filter_results
    answers = [told, *made, *gone]
    assert [it.error_code for it in answers] == [Error.SECURITY_DISABLED] * 5
    assert all(it.error_message for it in answers)


@pytest.mark.parametrize(
    "request_",
    [
        DescribeAclsRequest(**acl_filter(resource_type=0)),
        CreateAclsRequest(creations=(creation(resource_type=0),)),
        DeleteAclsRequest(filters=(DeleteAclsFilter(**acl_filter(resource_type=99)),)),
    ],
)
async def test_a_rule_that_means_nothing_closes_the_connection(request_: Any) -> None:
    async with running() as broker:
        with pytest.raises(ApiError, match="closed"):
            await broker.ask(request_)


@pytest.mark.parametrize(
    ("request_", "newest"),
    [
        (CreateDelegationTokenRequest(renewers=(), max_lifetime_ms=-1), 3),
        (RenewDelegationTokenRequest(hmac=b"x", renew_period_ms=1), 2),
        (ExpireDelegationTokenRequest(hmac=b"x", expiry_time_period_ms=1), 2),
        (DescribeDelegationTokenRequest(owners=None), 3),
    ],
)
async def test_who_did_not_say_who_it_is_has_no_tokens(
    request_: Any, newest: int
) -> None:
    async with running() as broker:
        answers = [
            await broker.ask(request_, version) for version in range(1, newest + 1)
        ]
    refused = Error.DELEGATION_TOKEN_REQUEST_NOT_ALLOWED
    assert [it.error_code for it in answers] == [refused] * newest


@pytest.mark.parametrize(
    ("broker_id", "error"),
    [(99, Error.BROKER_ID_NOT_REGISTERED), (1, Error.INVALID_REQUEST)],
)
async def test_no_broker_can_be_unregistered(broker_id: int, error: Error) -> None:
    async with running() as broker:
        answer = await broker.ask(UnregisterBrokerRequest(broker_id=broker_id))
    assert answer.error_code == error
    assert str(broker_id) in answer.error_message


LISTENERS = (Listener(name="CONTROLLER", host="h", port=1),)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({}, Error.UNSUPPORTED_VERSION),
        ({"listeners": ()}, Error.INVALID_REQUEST),
        ({"voter_id": -1}, Error.INVALID_REQUEST),
        ({"voter_directory_id": ZERO_UUID}, Error.INVALID_REQUEST),
        ({"cluster_id": "nope", "voter_id": -1}, Error.INCONSISTENT_CLUSTER_ID),
    ],
)
async def test_no_voter_is_added(change: dict[str, Any], error: Error) -> None:
    right = {
        "cluster_id": None,
        "timeout_ms": 1000,
        "voter_id": 5,
        "voter_directory_id": DIRECTORY,
        "listeners": LISTENERS,
    }
    request_ = AddRaftVoterRequest(**(right | change))
    async with running() as broker:
        assert (await broker.ask(request_, 1)).error_code == error
        assert (await broker.ask(request_, 0)).error_code == error


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({}, Error.UNSUPPORTED_VERSION),
        ({"voter_id": -1}, Error.INVALID_REQUEST),
        ({"voter_directory_id": ZERO_UUID}, Error.INVALID_REQUEST),
        ({"cluster_id": "nope", "voter_id": -1}, Error.INCONSISTENT_CLUSTER_ID),
    ],
)
async def test_no_voter_is_removed(change: dict[str, Any], error: Error) -> None:
    right = {"cluster_id": None, "voter_id": 1, "voter_directory_id": DIRECTORY}
    request_ = RemoveRaftVoterRequest(**(right | change))
    async with running() as broker:
        assert (await broker.ask(request_)).error_code == error
