"""Build the client programs, each once for its content, into `.cache/clients`.

Each function returns what starts a client program, built if need be, or raises
MissingToolError. As a program (`python -m tests.integration.build`) it builds all and
resolves Apache's jars too, so that a test's time is the test's; what cannot be built
for lack of a tool is listed, and `--all` makes that an error.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from logion_conformance import apache
from logion_conformance.maven import locked, maven

from tests.root import ROOT

SOURCES = Path(__file__).parent / "clients"
CACHE = ROOT / ".cache" / "clients"

JAVA_FLAGS = ("-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
GO_SECONDS_MAX = NPM_SECONDS_MAX = 600


class MissingToolError(Exception):
    """A tool is missing on this machine; the text says which."""


def need(*tools: str) -> None:
    """Raise MissingToolError unless every tool is on the path."""
    lacking = [tool for tool in tools if shutil.which(tool) is None]
    if lacking:
        raise MissingToolError(f"no {', no '.join(lacking)} on this machine")


def content_key(folder: Path) -> str:
    """Return a short hash of the names and bytes of all files below `folder`."""
    digest = hashlib.sha256()
    for file in sorted(each for each in folder.rglob("*") if each.is_file()):
        digest.update(str(file.relative_to(folder)).encode() + b"\0")
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()[:12]


def built(name: str, source: Path, make: Callable[[Path], None]) -> Path:
    """Return the folder that `make` filled from `source`, filled only once."""
    folder = CACHE / f"{name}-{content_key(source)}"
    with locked(folder):
        done = folder / ".done"
        if not done.exists():
            make(folder)
            done.touch()
    return folder


def checked(command: list[str], folder: Path, seconds: float) -> None:
    """Run a build tool; RuntimeError with its output if it fails."""
    ran = subprocess.run(
        command,
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )
    if ran.returncode:
        raise RuntimeError(f"{command} failed:\n{ran.stdout}{ran.stderr}")


def python(module: str) -> list[str]:
    """Return the command of a Python program of `clients/`."""
    return [sys.executable, "-m", f"tests.integration.clients.{module}"]


def kcat() -> list[str]:
    """Return the command of the program that runs kcat."""
    need("kcat")
    return python("kcat")


def go(program: str) -> list[str]:
    """Return the command of a program of the Go module."""
    need("go")
    source = SOURCES / "go"

    def make(folder: Path) -> None:
        checked(["go", "build", "-o", f"{folder}/", "./..."], source, GO_SECONDS_MAX)

    return [str(built("go", source, make) / program)]


def java(release: str) -> list[str]:
    """Return the command of the Java program, compiled against one kafka-clients."""
    need("java", "mvn")
    source = SOURCES / "java"
    at = apache.version_of(release)
    api = "headers" if at >= (2, 5) else "early" if at >= (0, 11) else "plain"

    def make(folder: Path) -> None:
        maven(
            source,
            "compile",
            "dependency:copy-dependencies",
            f"-Dkafka.version={release}",
            f"-Dapi={api}",
            f"-Dtransactions={'none' if api == 'plain' else 'transactions'}",
            f"-Dbuild.to={folder}",
            f"-DoutputDirectory={folder}/libs",
        )

    folder = built(f"java-{release}", source, make)
    return ["java", *JAVA_FLAGS, "-cp", f"{folder}/classes:{folder}/libs/*", "Program"]


def node() -> list[str]:
    """Return the command of the Node program."""
    need("node", "npm")
    return ["node", str(npm_package("node") / "kafkajs.js")]


def axe() -> Path:
    """Return the script that checks how accessible a page is."""
    need("npm")
    return npm_package("axe") / "node_modules" / "axe-core" / "axe.min.js"


def npm_package(name: str) -> Path:
    """Return the folder of a package of `clients/`, with what it depends on."""
    source = SOURCES / name

    def make(folder: Path) -> None:
        shutil.copytree(source, folder, dirs_exist_ok=True)
        install = ["npm", "install", "--no-audit", "--no-fund", "--no-package-lock"]
        checked(install, folder, NPM_SECONDS_MAX)

    return built(name, source, make)


def main() -> int:
    """Build everything; return an exit status."""
    from tests.integration.clients_table import APACHE_RELEASES, CLIENTS

    lacking = 0
    for client in CLIENTS:
        try:
            client.command()
        except MissingToolError as reason:
            lacking += 1
            print(f"{client.name}: {reason}")
    if shutil.which("npm") is not None:
        axe()
    if apache.missing() is None:
        for release in APACHE_RELEASES:
            apache.jars(release)
    return int(lacking > 0 and "--all" in sys.argv)


if __name__ == "__main__":
    # The table knows this module under its own name, with errors of its own.
    from tests.integration import build

    raise SystemExit(build.main())
