"""A user's project, outside the repository: the wheel, the fixtures, ten tests.

The same ten run on Apache Kafka: what the fixtures promise is true of it too.
"""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from logion_conformance import apache

from tests.integration import brokers

ROOT = Path(__file__).parents[2]
PROJECT = Path(__file__).with_name("user_project")
NEEDS = ("pytest", "pytest-xdist", "confluent-kafka", "aiokafka")
COMMAND_SECONDS_MAX = 300


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of an environment that has logion's wheel and the user's needs."""
    folder = tmp_path_factory.mktemp("installed")
    wheel = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps"]
    said(*wheel, "--wheel-dir", str(folder), str(ROOT))
    said(sys.executable, "-m", "venv", "--without-pip", str(folder / "venv"))
    python = folder / "venv/bin/python"
    (built,) = folder.glob("logion-*.whl")
    pip = [sys.executable, "-m", "pip", "--python", str(python)]
    install = [*pip, "install", "--quiet", "--no-compile"]
    constraints = ["--constraint", str(ROOT / "constraints.txt")]
    said(*install, *constraints, str(built), *NEEDS)
    return python


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The user's folder, with nothing else in it."""
    return Path(shutil.copytree(PROJECT, tmp_path / "project"))


def said(*command: str, cwd: Path | None = None) -> str:
    """Return what a command printed; it must succeed."""
    ran = subprocess.run(
        command,
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=COMMAND_SECONDS_MAX,
        check=False,
    )
    assert ran.returncode == 0, f"{command}\n{ran.stdout}\n{ran.stderr}"
    return ran.stdout


def test_ten_tests_of_a_user_pass_in_two_processes(python: Path, project: Path) -> None:
    assert "10 passed" in said(str(python), "-m", "pytest", "-n", "2", cwd=project)


def test_the_same_ten_pass_on_apache_kafka(
    python: Path, project: Path, needs_apache: None
) -> None:
    with apache.cluster(apache.PATCHES[brokers.NEWEST]) as kafka:
        there = f"--kafka-bootstrap={kafka.bootstrap}"
        run = [str(python), "-m", "pytest", "-n", "2", there]
        assert "10 passed" in said(*run, cwd=project)


def test_a_base_install_does_not_need_pytest(python: Path) -> None:
    code = "from importlib.metadata import requires; print(requires('logion'))"
    needed = ast.literal_eval(said(str(python), "-c", code))
    assert [it for it in needed if "pytest" in it and "extra ==" not in it] == []
