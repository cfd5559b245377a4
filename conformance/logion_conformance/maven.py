"""Jars from Maven, resolved once into a folder that is kept.

Maven alone decides where they come from. A folder holds the `pom.xml` that was
generated, `libs/`, and `resolved.xml`, a copy of the pom that `libs/` answers to.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path


def cache_folder() -> Path:
    """Return where things are kept between runs: in a checkout its own `.cache`."""
    root = Path(__file__).resolve().parents[2]
    if (root / "pyproject.toml").exists():
        return root / ".cache"
    return Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "logion"


def pom(artifacts: Sequence[str], *, name: str) -> str:
    """Return a pom.xml that depends on `artifacts` ("group:artifact:version")."""
    rows = "\n".join(
        f"    <dependency><groupId>{group}</groupId><artifactId>{artifact}</artifactId>"
        f"<version>{version}</version></dependency>"
        for group, artifact, version in (each.split(":") for each in artifacts)
    )
    return (
        "<project>\n"
        "  <modelVersion>4.0.0</modelVersion>\n"
        f"  <groupId>logion</groupId><artifactId>{name}</artifactId>"
        "<version>1</version><packaging>pom</packaging>\n"
        f"  <dependencies>\n{rows}\n  </dependencies>\n</project>\n"
    )


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold `folder` against other processes that would fill it at the same time."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def resolve(folder: Path, artifacts: Sequence[str]) -> Path:
    """Return `folder`/libs with the jars of `artifacts` and what they need at run time.

    Raises RuntimeError with Maven's output if they cannot be had.
    """
    libs = folder / "libs"
    text = pom(artifacts, name="jars")
    with locked(folder):
        done = folder / "resolved.xml"
        if not (done.exists() and done.read_text() == text):
            shutil.rmtree(libs, ignore_errors=True)
            (folder / "pom.xml").write_text(text)
            maven(folder, "dependency:copy-dependencies", f"-DoutputDirectory={libs}")
            done.write_text(text)
    return libs


def maven(folder: Path, *arguments: str) -> None:
    """Run Maven in `folder` in batch mode; RuntimeError with its output if it fails."""
    command = ["mvn", "-q", "-B", *arguments, "-DincludeScope=runtime"]
    ran = subprocess.run(  # noqa: S603 - our own command
        command, cwd=folder, capture_output=True, text=True, timeout=600, check=False
    )
    if ran.returncode:
        raise RuntimeError(f"{command} in {folder} failed:\n{ran.stdout}{ran.stderr}")
