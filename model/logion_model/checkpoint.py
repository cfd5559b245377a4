"""A search on disk: what was interrupted goes on where it stood.

The first line says in JSON which model at which scope it is, what is judged, and
whether the search is a hashed one; the rest is a pickle of what was visited, and of a
hashed one more with the states that wait, some at a time. Only the values that states
are made of are read back, so a file from elsewhere runs no code.
"""

from __future__ import annotations

import json
import pickle
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, TypeAlias

from logion_model.entry import Model, Scope, written
from logion_model.kernel import HashedSearch, Search

FORMAT = "logion search 1"


class About(NamedTuple):
    """Which search it is."""

    name: str
    scope: Scope
    properties: tuple[str, ...] | None
    """Those judged, None for all."""

    @property
    def file(self) -> Path:
        """Return where it is written unless another place is named."""
        return Path(f"{self.name}-{written(self.scope)}.search")


class CheckpointError(Exception):
    """A file is not the checkpoint of a search, and why."""


Kept: TypeAlias = Search[Any] | HashedSearch[Any]
"""A search that can be kept on disk."""


def save(path: Path, about: About, search: Kept) -> None:
    """Write a search to a file; a file that is there is replaced as a whole."""
    unfinished = path.with_suffix(".unfinished")
    with unfinished.open("wb") as file:
        hashed = search if isinstance(search, HashedSearch) else None
        head = {"format": FORMAT, **about._asdict(), "hashed": hashed is not None}
        file.write(json.dumps(head).encode() + b"\n")
        pickle.dump(search.saved(), file, protocol=pickle.HIGHEST_PROTOCOL)
        for piece in hashed.pieces() if hashed else ():
            pickle.dump(piece, file, protocol=pickle.HIGHEST_PROTOCOL)
    unfinished.replace(path)


def about(path: Path) -> About:
    """Return which search a file holds.

    Raises CheckpointError for a file that holds none, and OSError if it cannot be read.
    """
    with path.open("rb") as file:
        return _head(path, file)[0]


def _head(path: Path, file: BinaryIO) -> tuple[About, bool]:
    """Return which search a file holds, and whether it is a hashed one."""
    try:
        head = json.loads(file.readline(10_000))
        if head["format"] != FORMAT:
            raise CheckpointError(f"{path}: {head['format']!r}, not {FORMAT!r}")
        properties = head["properties"]
        judged = None if properties is None else tuple(properties)
        about = About(head["name"], tuple(head["scope"]), judged)
        return about, bool(head.get("hashed"))
    except (ValueError, KeyError, TypeError) as error:
        raise CheckpointError(f"{path} is not a saved search") from error


def load(path: Path, model: Model) -> Kept:
    """Return the search that a file holds, of this model.

    Raises CheckpointError for a damaged file.
    """
    with path.open("rb") as file:
        saved, is_hashed = _head(path, file)
        spec = model.at(saved.scope)
        try:
            values = _States(file).load()
            if is_hashed:
                return HashedSearch.resumed(spec, values, _pieces(file))
            return Search.resumed(spec, values)
        except (pickle.UnpicklingError, EOFError, KeyError, AttributeError) as error:
            raise CheckpointError(f"{path} is damaged: {error}") from error


def _pieces(file: BinaryIO) -> Iterator[Any]:
    """Yield what stands in a file up to its end."""
    while file.peek(1):  # type: ignore[attr-defined]
        yield _States(file).load()


_PLAIN = {("builtins", "set"), ("builtins", "frozenset"), ("collections", "Counter")}


class _States(pickle.Unpickler):
    """Reads the values that states are made of, and nothing else."""

    def find_class(self, module: str, name: str) -> Any:
        """Return a type of the model's, or a plain collection."""
        ours = module.startswith("logion_model.") and "." not in name
        if ours or (module, name) in _PLAIN:
            found = super().find_class(module, name)
            if isinstance(found, type) and found.__module__ == module:
                return found
        raise pickle.UnpicklingError(f"{module}.{name} is no part of a state")
