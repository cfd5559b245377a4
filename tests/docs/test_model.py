"""The walk through a specification in `docs/model.md` leads where it says."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import logion_model
import pytest
from logion_model.catalogue import CATALOGUE
from logion_model.entry import written

DOCUMENT = Path(__file__).parents[2] / "docs" / "model.md"
WALK = re.split(r"^## ", DOCUMENT.read_text(), flags=re.MULTILINE)
COMMAND = "import sys; from logion_model.cli import main; sys.exit(main(sys.argv[1:]))"


def blocks(kind: str) -> list[str]:
    """Return the blocks of a kind that the walk shows."""
    (walk,) = [part for part in WALK if part.startswith("Read one, change a guard")]
    return re.findall(rf"```{kind}\n(.*?)```", walk, flags=re.DOTALL)


def said(package: Path, shown: str) -> str:
    """Return what the command of a block prints, with this package."""
    words = shown.splitlines()[0].removeprefix("$ logion model ").split()
    ran = subprocess.run(
        [sys.executable, "-c", COMMAND, *words],
        env={**os.environ, "PYTHONPATH": str(package.parent)},
        capture_output=True,
        text=True,
        check=False,
    )
    return ran.stdout + ran.stderr


def pieces(shown: str) -> list[str]:
    """Return what a block shows of the output, between what it leaves out."""
    lines = shown.partition("\n")[2]
    return [it for it in re.split(r"^\.\.\.\n", lines, flags=re.MULTILINE) if it]


def expect(printed: str, shown: str) -> None:
    assert [it for it in pieces(shown) if it not in printed] == [], printed


def edited(package: Path) -> None:
    """Change the file as the walk says."""
    (diff,) = blocks("diff")
    lines = [(line[:1], line[1:]) for line in diff.splitlines(keepends=True)]
    before = "".join(text for mark, text in lines if mark != "+")
    after = "".join(text for mark, text in lines if mark != "-")
    file = package / "replication" / "kip_320.py"
    assert file.read_text().count(before) == 1
    file.write_text(file.read_text().replace(before, after))


def test_who_changes_the_guard_sees_the_counterexample_of_the_text(
    tmp_path: Path,
) -> None:
    package = tmp_path / "logion_model"
    shutil.copytree(Path(logion_model.__file__).parent, package)
    holds, broken = blocks("console")
    expect(said(package, holds), holds)
    edited(package)
    expect(said(package, broken), broken)


def test_the_action_of_the_text_is_that_of_the_model() -> None:
    (shown,) = blocks("python")
    lines = [line.removeprefix("  ") for line in shown.rstrip().splitlines()]
    base = Path(logion_model.__file__).parent / "replication" / "base.py"
    assert "\n".join(lines) in base.read_text()


SCOPE = re.compile(r"\d+(,\d+)+")
BROKEN = {name for entry in CATALOGUE for name, _ in entry.broken}
PROMISE = re.compile(rf"\b({'|'.join(sorted(BROKEN, reverse=True))})`? (\d+)(?=[,;]|$)")


def rows_that_tell_what_breaks() -> list[tuple[str, str, dict[str, int]]]:
    """Return model, scope and what breaks after how many states, of each such row."""
    found = []
    for line in DOCUMENT.read_text().splitlines():
        first, *cells = (cell.strip(" `") for cell in line.strip("|").split("|"))
        scopes = [cell for cell in cells if SCOPE.fullmatch(cell)]
        broken = {name: int(size) for name, size in PROMISE.findall(line.rstrip("| "))}
        name = first.partition(" ")[0]
        if scopes and broken and any(it.name == name for it in CATALOGUE):
            found.append((name, scopes[0], broken))
    return found


@pytest.mark.parametrize(("name", "scope", "broken"), rows_that_tell_what_breaks())
def test_a_row_names_every_promise_that_breaks(
    name: str, scope: str, broken: dict[str, int]
) -> None:
    entries = [it for it in CATALOGUE if (it.name, written(it.scope)) == (name, scope)]
    whole = [it for it in entries if it.distinct and it.properties is None]
    assert broken == dict(pair for it in whole or entries for pair in it.broken)


def test_rows_about_what_breaks_are_there() -> None:
    assert len(rows_that_tell_what_breaks()) > 40
