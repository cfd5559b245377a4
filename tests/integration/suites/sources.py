"""Gets the sources of suites, once each: into `.cache`, never into the repository."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path

from logion_conformance.maven import locked

from tests.integration.build import SOURCES, checked, need
from tests.integration.suites.kinds import CACHE

SECONDS_MAX = 600
AIOKAFKA = "https://github.com/aio-libs/aiokafka"
FRANZ_GO = "github.com/twmb/franz-go"


def once(name: str, make: Callable[[Path], None]) -> Path:
    """Return a folder of the cache that `make` filled, filled only once."""
    folder = CACHE / name
    with locked(folder):
        done = folder / ".done"
        if not done.exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            make(folder)
            done.touch()
    return folder


def from_sdist(package: str, version: str, below: str) -> Path:
    """Return a folder with what a package's sdist has below one of its folders.

    That folder becomes a package, so that no other of its name hides it.
    """

    def make(folder: Path) -> None:
        download = ("download", "--no-deps", "--no-binary", package, "--dest", ".")
        pip = [sys.executable, "-m", "pip", *download, f"{package}=={version}"]
        checked(pip, folder, SECONDS_MAX)
        with tarfile.open(next(folder.glob("*.tar.gz"))) as packed:
            for member in packed.getmembers():
                member.name = member.name.partition("/")[2]
                if member.name.startswith(f"{below}/"):
                    packed.extract(member, folder, filter="data")
        (folder / below / "__init__.py").touch()

    return once(f"{package}-{version}", make)


def from_git(url: str, name: str, tag: str, below: str) -> Path:
    """Return a folder with one folder of a repository at a tag."""

    def make(folder: Path) -> None:
        need("git")
        depth = ("--depth=1", "--no-checkout", f"--branch={tag}")
        checked(["git", "clone", *depth, url, "git"], folder, SECONDS_MAX)
        take = ["git", "--git-dir=git/.git", "--work-tree=.", "checkout", "HEAD", below]
        checked(take, folder, SECONDS_MAX)

    return once(f"{name}-{tag}", make)


def from_go(module: str, version: str) -> Path:
    """Return the folder of a module in Go's own cache."""
    need("go")
    CACHE.mkdir(parents=True, exist_ok=True)
    ran = subprocess.run(
        ("go", "mod", "download", "-json", f"{module}@v{version}"),
        cwd=CACHE,
        capture_output=True,
        text=True,
        timeout=SECONDS_MAX,
        check=True,
    )
    return Path(json.loads(ran.stdout)["Dir"])


def go_version(module: str) -> str:
    """Return the version of a Go module that the client programs use."""
    lines = (SOURCES / "go" / "go.mod").read_text().splitlines()
    pinned = next(line for line in lines if line.startswith(f"\t{module} v"))
    return pinned.split()[1].removeprefix("v")
