"""`logion model list`: every model, and what a check of it must find."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable
from typing import Any

from logion_model.catalogue import CATALOGUE, MODELS
from logion_model.commands.console import HOLDS, one_of, write
from logion_model.entry import Entry, Model, written


def add(commands: Any) -> None:
    """Add the command to a parser's commands."""
    listing = commands.add_parser(
        "list", help="name every model, its scope and properties, and its entries"
    )
    listing.add_argument(
        "name", metavar="NAME", nargs="?", type=one_of(MODELS), help="only this model"
    )
    listing.add_argument(
        "--json", action="store_true", help="print the entries as JSON"
    )
    listing.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print the models that are asked for, each with its entries."""
    models = [MODELS[options.name]] if options.name else list(MODELS.values())
    if options.json:
        write(json.dumps([_row(it) for model in models for it in _entries(model)]))
    else:
        write(*(line for model in models for line in _described(model)))
    return HOLDS


Cells = tuple[str, ...]

TITLES: Cells = ("scope", "judged", "verdict", "distinct", "depth", "trace", "bug")


def _entries(model: Model) -> list[Entry]:
    return [entry for entry in CATALOGUE if entry.name == model.name]


def _described(model: Model) -> list[str]:
    entries = _entries(model)
    spec = model.at(entries[0].scope)
    promises = [it.name for it in spec.invariants]
    promises += [it.name for it in spec.liveness]
    rows = [TITLES, *map(_cells, entries)]
    return [
        model.name,
        f"    {model.title} ({model.source})",
        f"    scope: {','.join(model.bounds)}",
        f"    properties: {', '.join(promises)}",
        *(f"    {line}" for line in _aligned(rows)),
    ]


def _cells(entry: Entry) -> Cells:
    return (
        written(entry.scope),
        entry.judged,
        entry.verdict,
        "" if entry.distinct is None else f"{entry.distinct:,}",
        "" if entry.depth is None else str(entry.depth),
        ", ".join(f"{length} {name}" for name, length in entry.broken),
        "" if entry.bug is None else f"{entry.bug.number} {entry.bug.id}",
    )


def _aligned(rows: Iterable[Cells]) -> list[str]:
    """Return the rows as lines in which each column has one width."""
    table = list(rows)
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    return ["  ".join(map(str.ljust, row, widths)).rstrip() for row in table]


def _row(entry: Entry) -> dict[str, object]:
    return {
        "name": entry.name,
        "scope": list(entry.scope),
        "properties": entry.properties,
        "verdict": entry.verdict,
        "distinct": entry.distinct,
        "depth": entry.depth,
        "trace_length": entry.trace_length,
        "broken": dict(entry.broken),
        "source": entry.source or MODELS[entry.name].source,
        "bug": None if entry.bug is None else entry.bug.number,
        "quick": entry.quick,
    }
