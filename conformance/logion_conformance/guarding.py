"""A broker that asks who is there, and refuses what no rule allows.

Cases about access are judged on one of their own, of the target's kind: it is started
for the first of them, with SASL, an authorizer and two users, and kept for the others.
`ADMIN` may do everything. `STRANGER` may do what the case lets it by rules.

Only Apache Kafka has all of it yet, from 0.10.0 on: there was no mechanism with
passwords before.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from logion.client.connection import Address

from logion_conformance import apache
from logion_conformance.case import untestable
from logion_conformance.processes import await_listening, free_port
from logion_conformance.securing import IN_CLEAR, Security
from logion_conformance.starting import new_home
from logion_conformance.targets import Named, NotStarted, Target, fallback_of, meet

NOT_BUILT = "the reference has no SASL and no authorizer yet"
"""Why cases about access are UNSUPPORTED on it."""

PASSWORD = "an open secret"  # noqa: S105 - of brokers that live for some seconds

ADMIN = Security(protocol="SASL_PLAINTEXT", username="admin", password=PASSWORD)
STRANGER = Security(protocol="SASL_PLAINTEXT", username="stranger", password=PASSWORD)

FIRST_WITH_PLAIN = (0, 10, 0)
FIRST_WITH_LISTENER_NAMES = (0, 10, 2)
FIRST_WITH_LIFETIMES = (2, 2)

LIFETIME_MS = 2_000
"""How long the listener of brief sessions knows whom it has let in."""

LOGIN = "org.apache.kafka.common.security"

USERS = f"""KafkaServer {{
    {LOGIN}.plain.PlainLoginModule required
    user_{ADMIN.username}="{PASSWORD}"
    user_{STRANGER.username}="{PASSWORD}";
    %s
}};
"""
"""A JAAS file, the only way of old releases to be told users."""

SCRAM = f"{LOGIN}.scram.ScramLoginModule required;"


@dataclass(frozen=True, slots=True)
class Guarded:
    """A broker that asks who is there, and how one gets in."""

    target: Target
    """The broker as `admin` meets it."""
    admin: Security
    """Who may do everything on it that cases do."""
    stranger: Security | None = None
    """Somebody without rights, whom it knows too; None if it has no authorizer."""
    brief: Address | None = None
    """A listener that wants to hear again who is there after LIFETIME_MS."""

    @property
    def outsider(self) -> Security:
        """The user without rights; UNTESTABLE if there is none."""
        if self.stranger is None:
            untestable("it needs a broker with an authorizer and a user without rights")
        return self.stranger


@dataclass(frozen=True, slots=True)
class Ports:
    """Where the listeners of a guarded broker are, on 127.0.0.1."""

    plain: int
    """Of other brokers: whoever is there may do everything."""
    sasl: int
    brief: int
    controller: int


def new_ports() -> Ports:
    """Return ports that nobody listened on a moment ago."""
    return Ports(free_port(), free_port(), free_port(), free_port())


def settings_of(release: str, ports: Ports) -> dict[str, str]:
    """Return the settings with which Apache Kafka of a release is guarded."""
    version = apache.version_of(release)
    listeners = {"PLAINTEXT": ports.plain, "SASL_PLAINTEXT": ports.sasl}
    settings = {
        "authorizer.class.name": authorizer_of(version),
        "super.users": f"User:ANONYMOUS;User:{ADMIN.username}",
        "sasl.enabled.mechanisms": ",".join(mechanisms_of(version)),
    }
    if version >= FIRST_WITH_LIFETIMES:
        listeners["BRIEF"] = ports.brief
        lifetime = "listener.name.brief.plain.connections.max.reauth.ms"
        settings[lifetime] = str(LIFETIME_MS)
    if not apache.uses_zookeeper(release):
        listeners["CONTROLLER"] = ports.controller
        settings["controller.quorum.voters"] = f"0@127.0.0.1:{ports.controller}"
    if version >= FIRST_WITH_LISTENER_NAMES:
        protocols = {"BRIEF": "SASL_PLAINTEXT", "CONTROLLER": "PLAINTEXT"}
        settings["listener.security.protocol.map"] = ",".join(
            f"{name}:{protocols.get(name, name)}" for name in listeners
        )
    settings["listeners"] = ",".join(
        f"{name}://127.0.0.1:{port}" for name, port in listeners.items()
    )
    return settings


def authorizer_of(version: apache.Version) -> str:
    """Return the class of Apache Kafka that keeps rules in a release."""
    if version >= (4,):
        return "org.apache.kafka.metadata.authorizer.StandardAuthorizer"
    if version >= (2, 4):
        return "kafka.security.authorizer.AclAuthorizer"
    return "kafka.security.auth.SimpleAclAuthorizer"


def mechanisms_of(version: apache.Version) -> tuple[str, ...]:
    """Return the mechanisms that a release is to offer."""
    has_scram = version >= FIRST_WITH_LISTENER_NAMES
    return ("PLAIN", "SCRAM-SHA-256") if has_scram else ("PLAIN",)


@contextmanager
def apache_guarded(
    release: str, more: Mapping[str, str] | None = None
) -> Iterator[Ports]:
    """Run Apache Kafka of a release with SASL and an authorizer until the end."""
    ports, version = new_ports(), apache.version_of(release)
    settings = {**settings_of(release, ports), **(more or {})}
    has_scram = len(mechanisms_of(version)) > 1
    with new_home() as home:
        users = Path(home) / "users.conf"
        users.write_text(USERS % (SCRAM if has_scram else ""))
        flags = (
            f"-Djava.security.auth.login.config={users}",
            "-Dzookeeper.sasl.client=false",
        )
        jvm = (*apache.HEAP, *flags)
        with apache.cluster(release, port=ports.plain, settings=settings, jvm=jvm):
            await_listening(ports.sasl)  # listeners open one after the other
            if version >= FIRST_WITH_LIFETIMES:
                await_listening(ports.brief)
            yield ports


@contextmanager
def guarded_broker(target: Named, settings: Mapping[str, str]) -> Iterator[Guarded]:
    """Run a broker of a kind that asks who is there until the end, and yield it met.

    UNSUPPORTED if there is none such of the kind, UNTESTABLE if the suite does not know
    how; NotStarted if it does not start.
    """
    if target.kind in {"logion", "miniature"}:
        pytest.skip(NOT_BUILT)
    if target.kind != "apache":
        untestable("the suite knows how to set SASL and an authorizer of Apache Kafka")
    version = apache.version_of(target.rest)
    if version < FIRST_WITH_PLAIN:
        pytest.skip("there is no SASL with passwords before 0.10.0")
    try:
        with apache_guarded(target.rest, settings) as ports:
            address = Address("127.0.0.1", ports.sasl)
            met = meet((address,), fallback_of(target), ADMIN)
            is_new = version >= FIRST_WITH_LIFETIMES
            brief = Address("127.0.0.1", ports.brief) if is_new else None
            yield Guarded(met, ADMIN, STRANGER, brief)
    except RuntimeError as failure:
        raise NotStarted(f"{target.rest}, guarded: {failure}") from failure


def guarded_already(target: Target, told: Security) -> Guarded:
    """Return the broker at --bootstrap as one that asks who is there: UNSUPPORTED
    unless the suite is told of SASL."""
    if told == IN_CLEAR or not told.has_sasl:
        pytest.skip("the listener has no SASL, or the suite was told of none")
    return Guarded(target, told)
