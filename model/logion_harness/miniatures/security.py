"""What a broker without SASL and without rules about access has to refuse."""

from __future__ import annotations

from logion.protocol.errors import Error

from logion_harness.miniatures.miniature import Miniature
from logion_harness.miniatures.seams import unsaid

NO_TOKENS = Error.DELEGATION_TOKEN_REQUEST_NOT_ALLOWED

MINIATURES = (
    Miniature(
        "shakes-any-hand",
        "agrees on a mechanism of SASL where there is no SASL",
        ("security.sasl",),
        unsaid("SaslHandshake", Error.ILLEGAL_SASL_STATE),
    ),
    Miniature(
        "knows-everybody",
        "says that a client is authenticated where there is no SASL",
        ("security.token",),
        unsaid("SaslAuthenticate", Error.ILLEGAL_SASL_STATE),
    ),
    Miniature(
        "has-no-rules",
        "tells of no rules about access where there can be none",
        ("security.acls.described",),
        unsaid("DescribeAcls", Error.SECURITY_DISABLED),
    ),
    Miniature(
        "makes-rules-of-air",
        "says that rules about access are made where there can be none",
        ("security.acls.created",),
        unsaid("CreateAcls", Error.SECURITY_DISABLED),
    ),
    Miniature(
        "deletes-rules-of-air",
        "says that rules about access are deleted where there can be none",
        ("security.acls.deleted",),
        unsaid("DeleteAcls", Error.SECURITY_DISABLED),
    ),
    Miniature(
        "gives-tokens-to-anybody",
        "gives a token to who has not said who it is",
        ("security.tokens.created",),
        unsaid("CreateDelegationToken", NO_TOKENS),
    ),
    Miniature(
        "tells-tokens-to-anybody",
        "tells of tokens to who has not said who it is",
        ("security.tokens.described",),
        unsaid("DescribeDelegationToken", NO_TOKENS),
    ),
    Miniature(
        "renews-tokens-for-anybody",
        "renews a token for who has not said who it is",
        ("security.tokens.renewed",),
        unsaid("RenewDelegationToken", NO_TOKENS),
    ),
    Miniature(
        "ends-tokens-for-anybody",
        "ends a token for who has not said who it is",
        ("security.tokens.expired",),
        unsaid("ExpireDelegationToken", NO_TOKENS),
    ),
)
