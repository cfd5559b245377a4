"""Access: rules, tokens and SASL, on a listener that has none of them; markers."""

from __future__ import annotations

from typing import Any

from logion.protocol.messages.create_acls import AclCreation, CreateAclsRequest
from logion.protocol.messages.create_delegation_token import (
    CreatableRenewers,
    CreateDelegationTokenRequest,
)
from logion.protocol.messages.delete_acls import DeleteAclsFilter, DeleteAclsRequest
from logion.protocol.messages.describe_acls import DescribeAclsRequest
from logion.protocol.messages.describe_delegation_token import (
    DescribeDelegationTokenOwner,
    DescribeDelegationTokenRequest,
)
from logion.protocol.messages.expire_delegation_token import (
    ExpireDelegationTokenRequest,
)
from logion.protocol.messages.renew_delegation_token import RenewDelegationTokenRequest
from logion.protocol.messages.sasl_authenticate import SaslAuthenticateRequest
from logion.protocol.messages.sasl_handshake import SaslHandshakeRequest
from logion.protocol.messages.write_txn_markers import (
    WritableTxnMarker,
    WritableTxnMarkerTopic,
    WriteTxnMarkersRequest,
)

from logion_conformance.compare.probe import Build, Ground, Probe, Script, asking

UNKNOWN = "logion-compare-unknown"
ANY, TOPIC, READ, ALLOW = 1, 2, 3, 3


def rules(**more: Any) -> DescribeAclsRequest:
    """Return the request for rules."""
    fields: dict[str, Any] = {
        "resource_type_filter": ANY,
        "resource_name_filter": None,
        "principal_filter": None,
        "host_filter": None,
        "operation": ANY,
        "permission_type": ANY,
    }
    return DescribeAclsRequest(**(fields | more))


def rule(it: Ground, **more: Any) -> CreateAclsRequest:
    """Return the request that makes a rule."""
    fields: dict[str, Any] = {
        "resource_type": TOPIC,
        "resource_name": it.name,
        "principal": "User:a",
        "host": "*",
        "operation": READ,
        "permission_type": ALLOW,
    }
    return CreateAclsRequest(creations=(AclCreation(**(fields | more)),))


def no_rules(it: Ground, **more: Any) -> DeleteAclsRequest:
    """Return the request that deletes rules."""
    fields: dict[str, Any] = {
        "resource_type_filter": TOPIC,
        "resource_name_filter": it.name,
        "principal_filter": None,
        "host_filter": None,
        "operation": ANY,
        "permission_type": ANY,
    }
    return DeleteAclsRequest(filters=(DeleteAclsFilter(**(fields | more)),))


def token(*renewers: str, lifetime_ms: int = -1) -> CreateDelegationTokenRequest:
    """Return the request for a token."""
    return CreateDelegationTokenRequest(
        renewers=tuple(
            CreatableRenewers(principal_type="User", principal_name=it)
            for it in renewers
        ),
        max_lifetime_ms=lifetime_ms,
    )


def tokens_of(*names: str) -> DescribeDelegationTokenRequest:
    """Return the request for tokens of users."""
    return DescribeDelegationTokenRequest(
        owners=tuple(
            DescribeDelegationTokenOwner(principal_type="User", principal_name=it)
            for it in names
        )
    )


def mark(
    *topics: tuple[str, tuple[int, ...]], commit: bool = True, **more: Any
) -> WriteTxnMarkersRequest:
    """Return the request that ends a transaction of a producer nobody knows."""
    fields: dict[str, Any] = {
        "producer_id": 4711,
        "producer_epoch": 0,
        "coordinator_epoch": 0,
    }
    marker = WritableTxnMarker(
        transaction_result=commit,
        topics=tuple(
            WritableTxnMarkerTopic(name=name, partition_indexes=rows)
            for name, rows in topics
        ),
        **(fields | more),
    )
    return WriteTxnMarkersRequest(markers=(marker,))


def marked(it: Ground) -> Script:
    """Markers end what never began; an older coordinator is not heard."""
    place = (it.own.name, (0,))
    yield mark(place, commit=False)
    yield mark(place, coordinator_epoch=5)
    yield mark(place, coordinator_epoch=4)
    yield mark(place, producer_epoch=3, coordinator_epoch=5)
    yield mark(place, producer_epoch=2, coordinator_epoch=5)


WAYS: dict[str, dict[str, Build]] = {
    "DescribeAcls": {
        "all": lambda it: rules(),
        "of-a-topic": lambda it: rules(
            resource_type_filter=TOPIC, resource_name_filter=it.name
        ),
    },
    "CreateAcls": {
        "one": rule,
        "without-a-name": lambda it: rule(it, resource_name=""),
        "of-an-unclear-principal": lambda it: rule(it, principal="a"),
        "none": lambda it: CreateAclsRequest(creations=()),
    },
    "DeleteAcls": {
        "of-a-topic": no_rules,
        "none": lambda it: DeleteAclsRequest(filters=()),
    },
    "CreateDelegationToken": {
        "one": lambda it: token(),
        "with-renewers": lambda it: token("a", "b"),
        "of-a-wrong-lifetime": lambda it: token(lifetime_ms=-2),
    },
    "RenewDelegationToken": {
        "unknown": lambda it: RenewDelegationTokenRequest(
            hmac=b"unknown", renew_period_ms=-1
        ),
        "empty": lambda it: RenewDelegationTokenRequest(hmac=b"", renew_period_ms=-1),
    },
    "ExpireDelegationToken": {
        "unknown": lambda it: ExpireDelegationTokenRequest(
            hmac=b"unknown", expiry_time_period_ms=-1
        ),
        "empty": lambda it: ExpireDelegationTokenRequest(
            hmac=b"", expiry_time_period_ms=0
        ),
    },
    "DescribeDelegationToken": {
        "all": lambda it: DescribeDelegationTokenRequest(owners=None),
        "of-a-user": lambda it: tokens_of("a"),
        "of-nobody": lambda it: tokens_of(),
    },
    "SaslHandshake": {
        "plain": lambda it: SaslHandshakeRequest(mechanism="PLAIN"),
        "unknown": lambda it: SaslHandshakeRequest(mechanism="unknown"),
        "none": lambda it: SaslHandshakeRequest(mechanism=""),
    },
    "SaslAuthenticate": {
        "out-of-place": lambda it: SaslAuthenticateRequest(auth_bytes=b"x"),
        "empty": lambda it: SaslAuthenticateRequest(auth_bytes=b""),
    },
    "WriteTxnMarkers": {
        "unknown-topic": lambda it: mark((UNKNOWN, (0,))),
        "unknown-partition": lambda it: mark((it.standing.name, (9,))),
        "no-topics": lambda it: mark(),
        "none": lambda it: WriteTxnMarkersRequest(markers=()),
    },
}

PROBES = (
    *(probe for api, ways in WAYS.items() for probe in asking(api, ways)),
    Probe("WriteTxnMarkers", "of-nobodys-transaction", marked, needs_topic=True),
)
