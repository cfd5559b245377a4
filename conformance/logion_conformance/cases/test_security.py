"""What a broker refuses that has no SASL and no authorizer.

One that has an authorizer is not judged by the cases about rules: what they ask about,
and make, has names of their own.
"""

from __future__ import annotations

from typing import Any

import pytest
from logion.protocol.errors import Error
from logion.protocol.messages.create_acls import (
    AclCreation,
    CreateAclsRequest,
    CreateAclsResponse,
)
from logion.protocol.messages.create_delegation_token import (
    CreateDelegationTokenRequest,
    CreateDelegationTokenResponse,
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
from logion.protocol.messages.describe_delegation_token import (
    DescribeDelegationTokenRequest,
    DescribeDelegationTokenResponse,
)
from logion.protocol.messages.expire_delegation_token import (
    ExpireDelegationTokenRequest,
    ExpireDelegationTokenResponse,
)
from logion.protocol.messages.renew_delegation_token import (
    RenewDelegationTokenRequest,
    RenewDelegationTokenResponse,
)
from logion.protocol.messages.sasl_authenticate import (
    SaslAuthenticateRequest,
    SaslAuthenticateResponse,
)
from logion.protocol.messages.sasl_handshake import (
    SaslHandshakeRequest,
    SaslHandshakeResponse,
)

from logion_conformance.case import MUST, SHOULD, case
from logion_conformance.expect import expect, expect_error
from logion_conformance.subject import Subject

NO_SASL = pytest.mark.usefixtures("version", "without_sasl")
"""Of cases about a listener that asks nobody who it is."""


DISABLED = {Error.SECURITY_DISABLED}


def rules_of(name: str) -> dict[str, Any]:
    """Return the fields of a filter that matches the rules of one topic alone."""
    return {
        "resource_type_filter": 2,
        "resource_name_filter": name,
        "pattern_type_filter": 3,
        "principal_filter": None,
        "host_filter": None,
        "operation": 3,
        "permission_type": 3,
    }


async def need_no_authorizer(broker: Subject) -> None:
    """Go on unless a broker has an authorizer: UNSUPPORTED. One that answers both
    questions about rules as if it had one is taken at its word."""
    rules = rules_of(broker.name_of_its_own())
    told = await broker.ask(DescribeAclsRequest(**rules), DescribeAclsResponse)
    if not broker.advertises("DeleteAcls") or told.error_code in DISABLED:
        return
    request = DeleteAclsRequest(filters=(DeleteAclsFilter(**rules),))
    gone = await broker.ask(request, DeleteAclsResponse)
    if not {it.error_code for it in gone.filter_results} <= DISABLED:
        pytest.skip("the broker has an authorizer")


@case(
    "security.sasl",
    level=SHOULD,
    cites="KIP-43, KIP-152: a listener without SASL",
    apis={"SaslHandshake": "0+"},
)
@NO_SASL
async def test_a_listener_without_sasl_takes_no_handshake(broker: Subject) -> None:
    """ILLEGAL_SASL_STATE."""
    request = SaslHandshakeRequest(mechanism="PLAIN")
    answer = await broker.ask(request, SaslHandshakeResponse)
    expect_error(answer.error_code, Error.ILLEGAL_SASL_STATE)


@case(
    "security.token",
    level=SHOULD,
    cites="KIP-152: a listener without SASL",
    apis={"SaslAuthenticate": "0+"},
)
@NO_SASL
async def test_a_listener_without_sasl_takes_no_token(broker: Subject) -> None:
    """ILLEGAL_SASL_STATE, and why."""
    request = SaslAuthenticateRequest(auth_bytes=b"x")
    answer = await broker.ask(request, SaslAuthenticateResponse)
    expect_error(answer.error_code, Error.ILLEGAL_SASL_STATE)


@case(
    "security.acls.described",
    level=MUST,
    cites="KIP-140: SECURITY_DISABLED without an authorizer",
    apis={"DescribeAcls": "0+"},
)
@pytest.mark.usefixtures("version")
async def test_without_an_authorizer_no_rules_are_told(broker: Subject) -> None:
    """SECURITY_DISABLED."""
    request = DescribeAclsRequest(**rules_of(broker.name_of_its_own()))
    answer = await broker.ask(request, DescribeAclsResponse)
    if answer.error_code != Error.SECURITY_DISABLED:
        await need_no_authorizer(broker)
    expect_error(answer.error_code, Error.SECURITY_DISABLED)


@case(
    "security.acls.created",
    level=MUST,
    cites="KIP-140: SECURITY_DISABLED without an authorizer",
    apis={"CreateAcls": "0+"},
)
@pytest.mark.usefixtures("version")
async def test_without_an_authorizer_no_rules_are_made(broker: Subject) -> None:
    """SECURITY_DISABLED for each."""
    name = broker.name_of_its_own()
    rule = AclCreation(
        resource_type=2,
        resource_name=name,
        principal="User:alice",
        host="*",
        operation=3,
        permission_type=3,
    )
    answer = await broker.ask(CreateAclsRequest(creations=(rule,)), CreateAclsResponse)
    codes = [it.error_code for it in answer.results]
    if codes == [Error.NONE]:
        made = DeleteAclsRequest(filters=(DeleteAclsFilter(**rules_of(name)),))
        await broker.ask(made, DeleteAclsResponse)
    if codes != [Error.SECURITY_DISABLED]:
        await need_no_authorizer(broker)
    expect("the codes", codes, [Error.SECURITY_DISABLED])


@case(
    "security.acls.deleted",
    level=MUST,
    cites="KIP-140: SECURITY_DISABLED without an authorizer",
    apis={"DeleteAcls": "0+"},
)
@pytest.mark.usefixtures("version")
async def test_without_an_authorizer_no_rules_are_deleted(broker: Subject) -> None:
    """SECURITY_DISABLED for each."""
    name = broker.name_of_its_own()
    request = DeleteAclsRequest(filters=(DeleteAclsFilter(**rules_of(name)),))
    answer = await broker.ask(request, DeleteAclsResponse)
    codes = [it.error_code for it in answer.filter_results]
    if codes != [Error.SECURITY_DISABLED]:
        await need_no_authorizer(broker)
    expect("the codes", codes, [Error.SECURITY_DISABLED])


NO_TOKENS = Error.DELEGATION_TOKEN_REQUEST_NOT_ALLOWED


@case(
    "security.tokens.created",
    level=MUST,
    cites="KIP-48: not over a connection that is not authenticated",
    apis={"CreateDelegationToken": "0+"},
)
@NO_SASL
async def test_a_token_is_not_given_to_just_anybody(broker: Subject) -> None:
    """DELEGATION_TOKEN_REQUEST_NOT_ALLOWED."""
    request = CreateDelegationTokenRequest(renewers=(), max_lifetime_ms=-1)
    answer = await broker.ask(request, CreateDelegationTokenResponse)
    expect_error(answer.error_code, NO_TOKENS)


@case(
    "security.tokens.described",
    level=MUST,
    cites="KIP-48: not over a connection that is not authenticated",
    apis={"DescribeDelegationToken": "0+"},
)
@NO_SASL
async def test_tokens_are_not_told_to_just_anybody(broker: Subject) -> None:
    """DELEGATION_TOKEN_REQUEST_NOT_ALLOWED."""
    request = DescribeDelegationTokenRequest(owners=None)
    answer = await broker.ask(request, DescribeDelegationTokenResponse)
    expect_error(answer.error_code, NO_TOKENS)


@case(
    "security.tokens.renewed",
    level=MUST,
    cites="KIP-48: not over a connection that is not authenticated",
    apis={"RenewDelegationToken": "0+"},
)
@NO_SASL
async def test_a_token_is_not_renewed_by_just_anybody(broker: Subject) -> None:
    """DELEGATION_TOKEN_REQUEST_NOT_ALLOWED."""
    request = RenewDelegationTokenRequest(hmac=b"x", renew_period_ms=1)
    answer = await broker.ask(request, RenewDelegationTokenResponse)
    expect_error(answer.error_code, NO_TOKENS)


@case(
    "security.tokens.expired",
    level=MUST,
    cites="KIP-48: not over a connection that is not authenticated",
    apis={"ExpireDelegationToken": "0+"},
)
@NO_SASL
async def test_a_token_is_not_ended_by_just_anybody(broker: Subject) -> None:
    """DELEGATION_TOKEN_REQUEST_NOT_ALLOWED."""
    request = ExpireDelegationTokenRequest(hmac=b"x", expiry_time_period_ms=1)
    answer = await broker.ask(request, ExpireDelegationTokenResponse)
    expect_error(answer.error_code, NO_TOKENS)
