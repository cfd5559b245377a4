"""Quotas and credentials: of users and clients that only the probe has."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from logion.protocol.messages import (
    alter_client_quotas as limiting,
)
from logion.protocol.messages import (
    alter_user_scram_credentials as crediting,
)
from logion.protocol.messages.describe_client_quotas import (
    ComponentData,
    DescribeClientQuotasRequest,
)
from logion.protocol.messages.describe_user_scram_credentials import (
    DescribeUserScramCredentialsRequest,
    UserName,
)

from logion_conformance.compare.probe import (
    Build,
    Ground,
    Probe,
    Script,
    Until,
    asking,
)

EXACT, DEFAULT, ANY = range(3)
RATE = "producer_byte_rate"
SHA_256, SHA_512 = 1, 2

Entity = tuple[tuple[str, str | None], ...]


def limit(entity: Entity, *, check: bool = False, **limits: float | None) -> Any:
    """Return the request that sets limits of one entity, or takes them away."""
    entry = limiting.AlterClientQuotasRequestEntryData(
        entity=tuple(
            limiting.EntityData(entity_type=kind, entity_name=name)
            for kind, name in entity
        ),
        ops=tuple(
            limiting.OpData(key=key, value=value or 0.0, remove=value is None)
            for key, value in limits.items()
        ),
    )
    return limiting.AlterClientQuotasRequest(entries=(entry,), validate_only=check)


def limits_of(*filters: tuple[str, int, str | None], strict: bool = False) -> Any:
    """Return the request for the limits that fit filters."""
    return DescribeClientQuotasRequest(
        components=tuple(
            ComponentData(entity_type=kind, match_type=match, match=name)
            for kind, match, name in filters
        ),
        strict=strict,
    )


def are(*expected: tuple[str, float]) -> Callable[[Any], bool]:
    """Return whether an answer tells of these limits: brokers learn a little later."""

    def told(answer: Any) -> bool:
        rows = [(it.key, it.value) for each in answer.entries for it in each.values]
        return sorted(rows) == sorted(expected)

    return told


def limited(it: Ground) -> Script:
    """Limits of a user are set, told, changed and taken away."""
    user = (("user", it.name),)
    mine = limits_of(("user", EXACT, it.name), strict=True)
    yield limit(user, producer_byte_rate=1024.5, request_percentage=50.0)
    yield Until(mine, are())
    yield limit(user, producer_byte_rate=1024.0, request_percentage=50.0)
    yield Until(mine, are((RATE, 1024.0), ("request_percentage", 50.0)))
    yield limit(user, producer_byte_rate=None, consumer_byte_rate=1.0)
    yield Until(mine, are(("consumer_byte_rate", 1.0), ("request_percentage", 50.0)))
    yield limit(user, consumer_byte_rate=None, request_percentage=None)
    yield Until(mine, are())


def limited_pair(it: Ground) -> Script:
    """Limits of a user with a client id are others than those of the user."""
    user = ("user", EXACT, it.name)
    pair = (("user", it.name), ("client-id", it.name))
    yield limit(pair, producer_byte_rate=7.0)
    yield Until(limits_of(user), are((RATE, 7.0)))
    yield limits_of(user, strict=True)
    yield limits_of(user, ("client-id", EXACT, it.name))
    yield limits_of(user, ("client-id", ANY, None), strict=True)
    yield limits_of(user, ("client-id", DEFAULT, None))


def only_checked(it: Ground) -> Script:
    """A check sets nothing."""
    yield limit((("user", it.name),), check=True, producer_byte_rate=7.0)
    yield Until(limits_of(("user", EXACT, it.name), strict=True), are())


def upsertion(it: Ground, **more: Any) -> Any:
    """Return one credential that is set."""
    fields: dict[str, Any] = {
        "name": it.name,
        "mechanism": SHA_256,
        "iterations": 4096,
        "salt": b"salt",
        "salted_password": b"password",
    }
    return crediting.ScramCredentialUpsertion(**(fields | more))


def credit(
    *upsertions: Any, deletions: tuple[tuple[str, int], ...] = ()
) -> crediting.AlterUserScramCredentialsRequest:
    """Return the request that sets and deletes credentials."""
    return crediting.AlterUserScramCredentialsRequest(
        upsertions=upsertions,
        deletions=tuple(
            crediting.ScramCredentialDeletion(name=name, mechanism=mechanism)
            for name, mechanism in deletions
        ),
    )


def credentials(*names: str) -> Any:
    """Return the request for the credentials of users."""
    return DescribeUserScramCredentialsRequest(
        users=tuple(UserName(name=it) for it in names)
    )


def has(*mechanisms: int) -> Callable[[Any], bool]:
    """Return whether an answer tells of credentials for these mechanisms."""

    def told(answer: Any) -> bool:
        found = [
            it.mechanism for each in answer.results for it in each.credential_infos
        ]
        return sorted(found) == sorted(mechanisms)

    return told


def credited(it: Ground) -> Script:
    """A credential is set, told, changed, and deleted once."""
    yield credit(upsertion(it))
    yield Until(credentials(it.name), has(SHA_256))
    yield credit(upsertion(it, mechanism=SHA_512, iterations=8192))
    yield Until(credentials(it.name), has(SHA_256, SHA_512))
    yield credit(deletions=((it.name, SHA_256),))
    yield Until(credentials(it.name), has(SHA_512))
    yield credit(deletions=((it.name, SHA_256),))


WAYS: dict[str, dict[str, Build]] = {
    "AlterClientQuotas": {
        "unknown-limit": lambda it: limit((("user", it.name),), no_such=1.0),
        "unknown-kind": lambda it: limit((("pet", it.name),), producer_byte_rate=1.0),
        "no-entity": lambda it: limit((), producer_byte_rate=1.0),
        "kind-twice": lambda it: limit(
            (("user", it.name), ("user", it.name)), producer_byte_rate=1.0
        ),
        "empty-name": lambda it: limit((("user", ""),), producer_byte_rate=1.0),
        "user-and-address": lambda it: limit(
            (("user", it.name), ("ip", "127.0.0.9")), connection_creation_rate=1.0
        ),
        "zero": lambda it: limit((("user", it.name),), producer_byte_rate=0.0),
        "negative": lambda it: limit((("user", it.name),), producer_byte_rate=-1.0),
        "a-part-of-a-byte": lambda it: limit(
            (("user", it.name),), check=True, producer_byte_rate=1.5
        ),
        "bytes-of-an-address": lambda it: limit(
            (("ip", "127.0.0.9"),), producer_byte_rate=1.0
        ),
        "connections-of-a-user": lambda it: limit(
            (("user", it.name),), connection_creation_rate=1.0
        ),
        "changes-of-a-client": lambda it: limit(
            (("client-id", it.name),), check=True, controller_mutation_rate=1.0
        ),
        "no-limits": lambda it: limit((("user", it.name),)),
        "what-is-not-there-is-taken-away": lambda it: limit(
            (("user", it.name),), producer_byte_rate=None
        ),
        "none": lambda it: limiting.AlterClientQuotasRequest(
            entries=(), validate_only=False
        ),
    },
    "DescribeClientQuotas": {
        "of-nobody": lambda it: limits_of(("user", EXACT, it.name)),
        "unknown-kind": lambda it: limits_of(("pet", EXACT, it.name)),
        "kind-twice": lambda it: limits_of(("user", ANY, None), ("user", ANY, None)),
        "user-and-address": lambda it: limits_of(
            ("user", EXACT, it.name), ("ip", EXACT, "127.0.0.9")
        ),
        "no-kind": lambda it: limits_of(("", EXACT, it.name)),
        "a-name-for-the-default": lambda it: limits_of(("user", DEFAULT, it.name)),
        "a-name-for-any": lambda it: limits_of(("client-id", ANY, it.name)),
    },
    "AlterUserScramCredentials": {
        "none": lambda it: credit(),
        "unknown-mechanism": lambda it: credit(upsertion(it, mechanism=9)),
        "mechanism-0": lambda it: credit(upsertion(it, mechanism=0)),
        "no-name": lambda it: credit(upsertion(it, name="")),
        "too-few-iterations": lambda it: credit(upsertion(it, iterations=4095)),
        "too-many-iterations": lambda it: credit(upsertion(it, iterations=16385)),
        "set-and-deleted": lambda it: credit(
            upsertion(it), deletions=((it.name, SHA_256),)
        ),
        "set-twice": lambda it: credit(upsertion(it), upsertion(it)),
        "nothing-to-delete": lambda it: credit(deletions=((it.name, SHA_256),)),
        "deleted-of-an-unknown-mechanism": lambda it: credit(deletions=((it.name, 9),)),
        "deleted-twice": lambda it: credit(deletions=((it.name, SHA_256),) * 2),
        "wrong-beside-right": lambda it: credit(
            upsertion(it), upsertion(it, name=f"{it.name}-b", iterations=1)
        ),
    },
    "DescribeUserScramCredentials": {
        "of-nobody": lambda it: credentials(it.name),
        "twice": lambda it: credentials(it.name, it.name),
        "no-name": lambda it: credentials(""),
    },
}

PROBES = (
    *(probe for api, ways in WAYS.items() for probe in asking(api, ways)),
    Probe("AlterClientQuotas", "of-a-user", limited, needs=("DescribeClientQuotas",)),
    Probe("AlterClientQuotas", "of-a-pair", limited_pair),
    Probe("AlterClientQuotas", "only-checked", only_checked),
    Probe("AlterUserScramCredentials", "of-a-user", credited),
)
