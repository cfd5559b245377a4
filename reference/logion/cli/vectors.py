"""`logion vectors`: golden vectors for other implementations, written to files."""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeAlias

from logion import __version__
from logion.cli.arguments import Parser, refuse

FORMAT = 1
"""Version of the form of files and manifest: docs/vectors.md."""

EXPORT = """\
Write vectors into DIR: messages/NAME.jsonl with the bodies of requests and responses,
records.jsonl with record sets, and manifest.json, which counts them. Files that are
there are overwritten.
"""

Vector: TypeAlias = Mapping[str, object]
"""One line of a file: what `protocol.making` or `records.making` yield."""


def main(arguments: list[str]) -> int:
    """Run `logion vectors`; return the exit status."""
    parser = Parser(prog="logion vectors", description=__doc__)
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    export = commands.add_parser("export", help="write files", description=EXPORT)
    export.add_argument("folder", metavar="DIR", type=Path)
    export.add_argument("--api", metavar="NAME", help="of one API or message alone")
    export.add_argument("--version", metavar="N", type=int, help="of one version alone")
    options = parser.parse_args(arguments)
    try:
        print(exported(options))
    except (LookupError, OSError) as problem:
        return refuse("vectors export", problem)
    return 0


def exported(options: argparse.Namespace) -> str:
    """Write what the options ask for; return how many vectors that are.

    LookupError if there is no such API or version, OSError if it cannot be written.
    """
    from logion.records.making import record_vectors

    files = dict(message_files(options.api, options.version))
    if options.api is None and options.version is None:
        files["records.jsonl"] = list(record_vectors())
    if not any(files.values()):
        which = f"version {options.version} of {options.api or 'any message'}"
        raise LookupError(f"there is no {which}")
    for name, vectors in files.items():
        write(options.folder / name, vectors)
    rows = {name: counted(vectors) for name, vectors in files.items() if vectors}
    text = json.dumps(manifest(rows), indent=1)
    (options.folder / "manifest.json").write_text(f"{text}\n", encoding="utf-8")
    total = sum(sum(row.values()) for row in rows.values())
    return f"{total} vectors in {options.folder}"


def message_files(
    api: str | None, version: int | None
) -> Iterator[tuple[str, list[Vector]]]:
    """Yield the files of messages with their vectors; LookupError if none is meant."""
    from logion.protocol.making import vectors_of
    from logion.protocol.schema import schema_of

    for stem, classes in groups(api).items():
        vectors: list[Vector] = [
            vector
            for cls in classes
            for each in schema_of(cls).versions
            if version in (None, each)
            for vector in vectors_of(cls, each)
        ]
        yield f"messages/{stem}.jsonl", vectors


def groups(api: str | None) -> dict[str, list[type[Any]]]:
    """Return the messages by the names of their files: an API's two are in one."""
    from logion.protocol.apis import APIS
    from logion.protocol.catalogue import all_messages
    from logion.protocol.schema import schema_of

    found: dict[str, list[type[Any]]] = {}
    for cls in all_messages():
        key = schema_of(cls).api
        stem = cls.__name__ if key is None else APIS[key].name
        if api in (None, stem, cls.__name__):
            found.setdefault(stem, []).append(cls)
    if not found:
        raise LookupError(f"no API or message is called {api!r}: logion protocol list")
    return found


def write(file: Path, vectors: Iterable[Vector]) -> None:
    """Write vectors, one a line."""
    lines = [f"{json.dumps(it, ensure_ascii=False)}\n" for it in vectors]
    if lines:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("".join(lines), encoding="utf-8")


def counted(vectors: Iterable[Vector]) -> dict[str, int]:
    """Return how many vectors there are of each variant, or of each kind."""
    names = (str(it.get("variant") or it["kind"]) for it in vectors)
    return dict(sorted(Counter(names).items()))


def manifest(rows: dict[str, dict[str, int]]) -> dict[str, Any]:
    """Return what manifest.json says of files with these counts."""
    total: Counter[str] = Counter()
    for row in rows.values():
        total.update(row)
    return {
        "format": FORMAT,
        "madeBy": f"logion {__version__}",
        "counts": dict(sorted(total.items())),
        "files": dict(sorted(rows.items())),
    }
