"""A broker that asks who is there: how it is set up, and where there is none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest
from logion.client.connection import Address
from logion.client.versions import versions_of
from logion_conformance import guarding
from logion_conformance.guarding import (
    ADMIN,
    NOT_BUILT,
    STRANGER,
    Guarded,
    Ports,
    guarded_already,
    guarded_broker,
    settings_of,
)
from logion_conformance.securing import IN_CLEAR
from logion_conformance.targets import Named, NotStarted, Target

PORTS = Ports(plain=1, sasl=2, brief=3, controller=4)

TARGET = Target((Address("127.0.0.1", 2),), None, versions_of([]))


@pytest.mark.parametrize(
    ("release", "expected"),
    [
        (
            "0.10.0.1",
            {
                "authorizer.class.name": "kafka.security.auth.SimpleAclAuthorizer",
                "super.users": "User:ANONYMOUS;User:admin",
                "sasl.enabled.mechanisms": "PLAIN",
                "listeners": "PLAINTEXT://127.0.0.1:1,SASL_PLAINTEXT://127.0.0.1:2",
            },
        ),
        (
            "3.9.1",
            {
                "authorizer.class.name": "kafka.security.authorizer.AclAuthorizer",
                "super.users": "User:ANONYMOUS;User:admin",
                "sasl.enabled.mechanisms": "PLAIN,SCRAM-SHA-256",
                "listener.name.brief.plain.connections.max.reauth.ms": "2000",
                "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,"
                "SASL_PLAINTEXT:SASL_PLAINTEXT,BRIEF:SASL_PLAINTEXT",
                "listeners": "PLAINTEXT://127.0.0.1:1,SASL_PLAINTEXT://127.0.0.1:2,"
                "BRIEF://127.0.0.1:3",
            },
        ),
    ],
)
def test_a_release_is_guarded_by_what_it_has(
    release: str, expected: Mapping[str, str]
) -> None:
    assert settings_of(release, PORTS) == expected


def test_a_release_without_zookeeper_keeps_its_controller() -> None:
    found = settings_of("4.3.0", PORTS)
    assert found["controller.quorum.voters"] == "0@127.0.0.1:4"
    assert found["listeners"].endswith(",CONTROLLER://127.0.0.1:4")
    assert found["authorizer.class.name"].endswith(".StandardAuthorizer")


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        (Named("logion", "2.8"), NOT_BUILT),
        (Named("miniature", "ignores-crc"), NOT_BUILT),
        (Named("apache", "0.9.0.1"), "there is no SASL with passwords before 0.10.0"),
        (Named("kfake"), "UNTESTABLE: the suite knows how to set SASL"),
    ],
)
def test_where_none_can_be_had_the_reason_is_told(target: Named, reason: str) -> None:
    with (
        pytest.raises(pytest.skip.Exception, match=reason),
        guarded_broker(target, {}),
    ):
        pass


@pytest.mark.parametrize(("release", "is_brief"), [("2.8.2", True), ("1.1.1", False)])
def test_the_admin_meets_it_and_the_users_are_in_a_file(
    monkeypatch: pytest.MonkeyPatch, release: str, is_brief: bool
) -> None:
    files = []

    @contextmanager
    def cluster(_: str, *, jvm: tuple[str, ...], **more: object) -> Iterator[object]:
        (flag,) = [it for it in jvm if it.startswith("-Djava.security.auth")]
        files.append(Path(flag.partition("=")[2]).read_text())
        yield SimpleNamespace(**more)

    def met(addresses: object, _: object, security: object) -> Target:
        assert security == ADMIN
        return TARGET

    awaited: list[int] = []
    monkeypatch.setattr(guarding.apache, "cluster", cluster)
    monkeypatch.setattr(guarding, "meet", met)
    monkeypatch.setattr(guarding, "new_ports", lambda: PORTS)
    monkeypatch.setattr(guarding, "await_listening", awaited.append)
    with guarded_broker(Named("apache", release), {}) as found:
        assert awaited == ([PORTS.sasl, PORTS.brief] if is_brief else [PORTS.sasl])
        assert (found.admin, found.outsider) == (ADMIN, STRANGER)
        assert (found.brief is not None) == is_brief
    (users,) = files
    assert f'user_stranger="{STRANGER.password}"' in users


def test_one_that_does_not_start_is_told_as_that(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def cluster(*_: object, **__: object) -> None:
        raise RuntimeError("the port is taken")

    monkeypatch.setattr(guarding.apache, "cluster", cluster)
    with (
        pytest.raises(NotStarted, match=r"2\.8\.2, guarded: the port is taken"),
        guarded_broker(Named("apache", "2.8.2"), {}),
    ):
        pass


def test_an_address_is_guarded_if_the_suite_is_told_of_sasl() -> None:
    assert guarded_already(TARGET, ADMIN) == Guarded(TARGET, ADMIN)
    with pytest.raises(pytest.skip.Exception, match="the suite was told of none"):
        guarded_already(TARGET, IN_CLEAR)
    with pytest.raises(pytest.skip.Exception, match="UNTESTABLE: it needs a broker wi"):
        _ = Guarded(TARGET, ADMIN).outsider
