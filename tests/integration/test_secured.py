"""The suite on a listener of Apache Kafka that wants TLS and SASL."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from logion_conformance import apache
from logion_conformance.processes import free_port

from tests.logion_conformance.servers import CERTIFICATE
from tests.root import ROOT

pytestmark = [
    pytest.mark.verify,
    pytest.mark.skipif(apache.missing() is not None, reason="needs Java, Maven"),
]

RELEASE = "4.3.0"
LOGIN = "org.apache.kafka.common.security"
JAAS = f'{LOGIN}.plain.PlainLoginModule required user_alice="secret";'
SCRAM = f"{LOGIN}.scram.ScramLoginModule required;"


@pytest.fixture(scope="module")
def secured() -> Iterator[str]:
    """HOST:PORT of a listener that wants TLS and SASL."""
    plain, port, controller = free_port(), free_port(), free_port()
    listeners = f"PLAINTEXT://127.0.0.1:{plain},SASL_SSL://127.0.0.1:{port}"
    settings = {
        "listeners": f"{listeners},CONTROLLER://127.0.0.1:{controller}",
        "controller.quorum.voters": f"0@127.0.0.1:{controller}",
        "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,"
        "SASL_SSL:SASL_SSL,CONTROLLER:PLAINTEXT",
        "sasl.enabled.mechanisms": "PLAIN,SCRAM-SHA-256",
        "listener.name.sasl_ssl.plain.sasl.jaas.config": JAAS,
        "listener.name.sasl_ssl.scram-sha-256.sasl.jaas.config": SCRAM,
        "ssl.keystore.type": "PEM",
        "ssl.keystore.location": str(CERTIFICATE),
    }
    with apache.cluster(RELEASE, port=plain, settings=settings):
        yield f"127.0.0.1:{port}"


def judged(
    bootstrap: str, folder: Path, *options: str
) -> tuple[int, str, dict[str, str]]:
    """Return exit status, output and the verdicts by case."""
    file = folder / "report.json"
    flags = [flag for option in options for flag in ("-X", option)]
    ran = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "conformance", "-q", "--quick"),
            *("--bootstrap", bootstrap, "--case", "security.*"),
            *("--report-json", str(file), "--patience", "4", *flags),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
    )
    cases = json.loads(file.read_text())["cases"]
    verdicts = {it["id"]: it["trials"][0]["verdict"] for it in cases}
    return ran.returncode, ran.stdout, verdicts


TLS = ("security.protocol=SASL_SSL", f"ssl.ca.location={CERTIFICATE}")
ALICE = ("sasl.mechanism=PLAIN", "sasl.username=alice", "sasl.password=secret")


def test_the_cases_about_sasl_are_kept(secured: str, tmp_path: Path) -> None:
    status, output, verdicts = judged(secured, tmp_path, *TLS, *ALICE)
    assert status == 0, output
    found = {it for it in verdicts if it.startswith("security.sasl.")}
    brief = {it for it in found if "lifetime" in it}
    assert {verdicts[it] for it in found - brief} == {"PASS"}, verdicts
    assert {verdicts[it] for it in brief} == {"UNTESTABLE"}, verdicts
    assert (len(found), len(brief)) == (16, 6)
    assert verdicts["security.sasl"] == "UNSUPPORTED"


@pytest.mark.parametrize("area", ["access.*", "security.sasl.*"])
def test_apache_kafka_keeps_the_cases_about_access(area: str) -> None:
    ran = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "conformance", "-q", "--quick"),
            *("--target", f"apache-{RELEASE}", "--case", area, "--patience", "4"),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ((), "it speaks TLS: try -X security.protocol=SSL"),
        (("security.protocol=SSL",), "try -X ssl.ca.location=FILE"),
        (
            ("security.protocol=SSL", f"ssl.ca.location={CERTIFICATE}"),
            "it wants SASL and offers",
        ),
        ((*TLS, *ALICE[:2], "sasl.password=x"), "SASL_AUTHENTICATION_FAILED"),
    ],
)
def test_who_does_not_get_in_is_told_what_to_try(
    secured: str, tmp_path: Path, options: tuple[str, ...], text: str
) -> None:
    status, output, verdicts = judged(secured, tmp_path, *options)
    assert (status, verdicts) == (2, {}), output
    assert text in output
