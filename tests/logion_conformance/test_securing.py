"""TLS and SASL, told by the names that clients know."""

from __future__ import annotations

from pathlib import Path

import pytest
import trio
from logion_conformance.securing import Security, security_of
from logion_conformance.targets import NotStarted, meet

from tests.logion.client.small_broker import SmallBroker
from tests.logion_conformance.servers import CERTIFICATE, guarded, listening

PLAIN = ("sasl.mechanism=PLAIN", "sasl.username=alice", "sasl.password=secret")


def test_nothing_told_is_asked_in_clear() -> None:
    assert security_of() == Security()
    assert not Security().has_tls
    assert not Security().has_sasl


def test_a_file_of_a_java_client_is_understood(tmp_path: Path) -> None:
    file = tmp_path / "client.properties"
    file.write_text(
        "bootstrap.servers=a:1\nacks=all\nsecurity.protocol=sasl_ssl\n"
        "sasl.mechanism=SCRAM-SHA-256\nssl.truststore.type=PEM\n"
        f"ssl.truststore.location={CERTIFICATE}\n"
        "sasl.jaas.config=org.apache.Login required \\\n"
        '    username="alice" password="sec ret";\n'
    )
    found = security_of(file, ["sasl.username=bob"])
    assert found == Security(
        protocol="SASL_SSL",
        mechanism="SCRAM-SHA-256",
        username="bob",
        password="sec ret",
        ca=str(CERTIFICATE),
    )
    assert "sec ret" not in repr(found)


def test_a_file_of_settings_that_is_not_there_is_named(tmp_path: Path) -> None:
    file = tmp_path / "client.properties"
    with pytest.raises(ValueError, match=f"--client-config {file}: No such file"):
        security_of(file)


@pytest.mark.parametrize(
    ("options", "text"),
    [
        (["ssl.ca.location"], "expected -X name=value, found 'ssl.ca.location'"),
        (["sals.username=x"], "'sals.username' is not known; known are security.prot"),
        (["security.protocol=TLS"], "security.protocol TLS: expected one of PLAINTEXT"),
        (["security.protocol=SASL_SSL"], "SASL_SSL needs sasl.username and sasl.pass"),
        (
            ["security.protocol=SASL_SSL", "sasl.mechanism=GSSAPI"],
            "sasl.mechanism GSSAPI: expected one of PLAIN, SCRAM-SHA-256, SCRAM-SHA-51",
        ),
        (
            ["ssl.ca.location=no.pem"],
            r"ssl.ca.location no.pem: expected a PEM file \(No",
        ),
        (["ssl.key.location=a/b"], r"ssl.key.location a/b: expected a PEM file \(No s"),
        ([f"ssl.ca.location={__file__}"], "expected a PEM file, found something else"),
    ],
)
def test_what_cannot_be_done_is_refused_with_what_can(
    options: list[str], text: str
) -> None:
    with pytest.raises(ValueError, match=text):
        security_of(options=options)


@pytest.mark.parametrize("tls", [True, False])
async def test_a_broker_behind_tls_and_sasl_is_met(tls: bool) -> None:
    protocol = "SASL_SSL" if tls else "SASL_PLAINTEXT"
    security = security_of(
        options=[
            f"security.protocol={protocol}",
            f"ssl.ca.location={CERTIFICATE}",
            *PLAIN,
        ]
    )
    serve = guarded(SmallBroker(), "alice", "secret")
    async with listening(serve, tls=tls) as address:
        met = await trio.to_thread.run_sync(meet, (address,), None, security)
    assert met.versions.spoken


@pytest.mark.parametrize(
    "options",
    [
        ["enable.ssl.certificate.verification=false"],
        [
            f"ssl.ca.location={CERTIFICATE}",
            f"ssl.keystore.location={CERTIFICATE}",
            "ssl.endpoint.identification.algorithm=none",
        ],
    ],
)
async def test_a_certificate_need_not_be_the_hosts(options: list[str]) -> None:
    security = security_of(options=["security.protocol=SSL", *options])
    async with listening(SmallBroker().serve, tls=True) as address:  # type: ignore[arg-type]
        met = await trio.to_thread.run_sync(meet, (address,), None, security)
    assert met.bootstrap == (address,)


@pytest.mark.parametrize(
    ("options", "text"),
    [
        (["sasl.password=wrong"], "name and password were not accepted"),
        (["sasl.mechanism=SCRAM-SHA-256"], "it offers PLAIN and not SCRAM-SHA-256"),
    ],
)
async def test_who_is_not_let_in_is_told_why(options: list[str], text: str) -> None:
    told = ["security.protocol=SASL_PLAINTEXT", *PLAIN, *options]
    security = security_of(options=told)
    async with listening(guarded(SmallBroker(), "alice", "secret")) as address:
        with pytest.raises(NotStarted, match=text):
            await trio.to_thread.run_sync(meet, (address,), None, security)


def test_words_for_yes_and_no_are_taken_in_any_case_and_no_others() -> None:
    verifies, host = (
        "enable.ssl.certificate.verification",
        "ssl.endpoint.identification.algorithm",
    )
    assert security_of(options=[f"{verifies}=True", f"{host}=HTTPS"]) == Security()
    assert not security_of(options=[f"{verifies}=False"]).verifies
    assert not security_of(options=[f"{host}="]).checks_host
    with pytest.raises(ValueError, match=f"{verifies} 1: expected one of true, false"):
        security_of(options=[f"{verifies}=1"])
