"""What the documents point to is there: files, headings, commands, targets of make."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.metadata import entry_points
from pathlib import Path

import pytest
from logion.cli.main import COMMANDS, ENTRY_POINTS

ROOT = Path(__file__).parents[2]
DOCUMENTS = [
    *sorted(ROOT.glob("*.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
    *sorted((ROOT / "tests").rglob("*.md")),
]
LINK = re.compile(r"\[[^\]\n]*\]\(([^()\s]+)\)")
ELSEWHERE = ("http://", "https://", "mailto:")

every_document = pytest.mark.parametrize(
    "document", DOCUMENTS, ids=lambda it: str(it.relative_to(ROOT))
)


def prose(document: Path) -> str:
    """Return a document without its blocks of code."""
    text = document.read_text()
    return re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)


def blocks(document: Path) -> str:
    """Return the blocks of code of a document."""
    found = re.findall(
        r"^```[^\n]*\n(.*?)^```$", document.read_text(), re.MULTILINE | re.DOTALL
    )
    return "\n".join(found)


def links(document: Path) -> list[str]:
    """Return where a document points within the repository."""
    found = LINK.findall(prose(document))
    return [target for target in found if not target.startswith(ELSEWHERE)]


def anchors(document: Path) -> set[str]:
    """Return the names by which headings are linked to."""
    heads = re.findall(r"^#+ (.*)$", prose(document), re.MULTILINE)
    plain = (re.sub(r"[^\w\- ]", "", head.lower()) for head in heads)
    return {head.replace(" ", "-") for head in plain}


@every_document
def test_every_link_points_to_something(document: Path) -> None:
    missing = []
    for link in links(document):
        path, _, anchor = link.partition("#")
        target = document.parent / path if path else document
        if not target.exists() or (anchor and anchor not in anchors(target)):
            missing.append(link)
    assert missing == []


def shown(document: Path) -> Iterator[list[str]]:
    """Yield the words of each command behind a `$`, without what only sets it up."""
    for line in re.findall(r"^ *\$ (.*)$", blocks(document), re.MULTILINE):
        for part in re.split(r"[|;&]+", line):
            words = part.partition(" #")[0].split()
            while words and ("=" in words[0] or words[0] == "cd"):
                words = words[1:]
            if words:
                yield words


def commands() -> set[str]:
    """Return the names of all commands of `logion`."""
    added = {point.name for point in entry_points(group=ENTRY_POINTS)}
    return added | set(COMMANDS) | {"--version", "--help"}


@every_document
def test_every_command_that_is_shown_exists(document: Path) -> None:
    asked = [words[1] for words in shown(document) if Path(words[0]).name == "logion"]
    asked += re.findall(r"`logion ([a-z-]+)", prose(document))
    assert [name for name in asked if name not in commands()] == []


@every_document
def test_every_target_of_make_that_is_shown_exists(document: Path) -> None:
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    asked = [words[1] for words in shown(document) if words[0] == "make"]
    asked += re.findall(r"`make ([a-z-]+)", prose(document))
    assert [name for name in asked if name not in targets] == []


def test_a_missing_file_or_heading_would_be_found(tmp_path: Path) -> None:
    document = tmp_path / "a.md"
    document.write_text("# One, `two`\n[x](b.md) [y](#one-two) [z](#three)\n")
    assert links(document) == ["b.md", "#one-two", "#three"]
    assert anchors(document) == {"one-two"}


def test_the_index_leads_to_every_page() -> None:
    index = ROOT / "docs/README.md"
    pages = {it.name for it in (ROOT / "docs").glob("*.md")} - {index.name}
    assert pages <= set(links(index))
