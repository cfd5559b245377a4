"""What `make` promises: clear words where it lacks something, and tests dealt out well.

`make env` says in one line what it lacks, and leaves nothing half made behind.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
NEEDED = "logion needs Python 3.11 or newer (make PYTHON=... names one)"
MAKES_A_FOLDER_WITHOUT_PIP = """\
#!/bin/sh
case "$2" in
venv) mkdir -p "$3/bin" && ln -s /bin/true "$3/bin/python"; exit 1 ;;
virtualenv) echo "No module named virtualenv" >&2; exit 1 ;;
esac
"""
IS_OLD = """\
#!/bin/sh
exec {python} -c 'import sys; sys.version_info = (3, 9, 18); exec(sys.argv[1])' "$2"
"""


def making(python: Path | str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Make the environment `folder` with an interpreter."""
    make = shutil.which("make")
    if make is None:
        pytest.skip("no make here")
    return subprocess.run(
        [make, "--no-print-directory", "env", f"PYTHON={python}", f"VENV={folder}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def program(file: Path, text: str) -> Path:
    file.write_text(text)
    file.chmod(0o755)
    return file


def said(ran: subprocess.CompletedProcess[str]) -> list[str]:
    """Return the lines of stderr that are not make's own."""
    assert ran.returncode == 2
    return [line for line in ran.stderr.splitlines() if not line.startswith("make")]


def test_a_missing_interpreter_is_one_line(tmp_path: Path) -> None:
    ran = making("python-of-nowhere", tmp_path / "env")
    assert said(ran) == [f"{NEEDED}: there is no python-of-nowhere here"]
    assert ran.stdout == ""


def test_an_old_interpreter_is_one_line(tmp_path: Path) -> None:
    old = program(tmp_path / "python3.9", IS_OLD.format(python=sys.executable))
    ran = making(old, tmp_path / "env")
    assert said(ran) == [f"{NEEDED}: {old} is 3.9"]
    assert ran.stdout == ""
    assert not (tmp_path / "env").exists()


def test_a_venv_without_pip_leaves_nothing_behind(tmp_path: Path) -> None:
    lacking = program(tmp_path / "python3", MAKES_A_FOLDER_WITHOUT_PIP)
    (line,) = said(making(lacking, tmp_path / "env"))
    assert line.startswith("Python's venv module lacks pip here: install it first")
    assert not (tmp_path / "env").exists()


GROUPED = """\
import pytest

@pytest.mark.xdist_group("one")
@pytest.mark.parametrize("number", range(8))
def test_it(number, worker_id):
    print("ran in", worker_id)
"""


def test_tests_of_one_group_share_a_process(tmp_path: Path) -> None:
    # pytest 9.2 and xdist 3.8 deal them out one by one, and say nothing: what a
    # module's tests share is then made twice
    (tmp_path / "test_grouped.py").write_text(GROUPED)
    run = ["-m", "pytest", "-p", "xdist", "-n", "2", "--dist", "loadgroup", "-rP"]
    said = subprocess.run(
        [sys.executable, *run],
        cwd=tmp_path,
        env=os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert len(set(re.findall("ran in (gw.)", said))) == 1
