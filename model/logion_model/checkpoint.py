"""A search on disk: what was interrupted goes on where it stood.

The first line says in JSON which model at which scope it is, what is judged, of what
source the model was made, whether the search is a hashed one, and among how many
processes it is shared; the rest is a pickle of what was visited, and of a hashed or
shared one more with the states that wait, some at a time. Only the values that states
are made of are read back, so a file from elsewhere runs no code.
"""

from __future__ import annotations

import json
import pickle
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, TypeAlias

from logion_model.entry import Model, Scope, written
from logion_model.kernel import HashedSearch, Search, SharedSearch
from logion_model.sources import digest_of

FORMAT = "logion search 2"


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


Alone: TypeAlias = Search[Any] | HashedSearch[Any]
"""A search by one process."""

Kept: TypeAlias = Alone | SharedSearch
"""A search that can be kept on disk."""


def save(path: Path, about: About, search: Kept) -> None:
    """Write a search to a file; a file that is there is replaced as a whole."""
    unfinished = path.with_suffix(".unfinished")
    with unfinished.open("wb") as file:
        shared = len(search.links) if isinstance(search, SharedSearch) else None
        how = {"hashed": isinstance(search, HashedSearch), "processes": shared}
        source = {"made_of": digest_of(*about)}
        head = {"format": FORMAT, **about._asdict(), **source, **how}
        file.write(json.dumps(head).encode() + b"\n")
        pickle.dump(search.saved(), file, protocol=pickle.HIGHEST_PROTOCOL)
        for piece in () if isinstance(search, Search) else search.pieces():
            pickle.dump(piece, file, protocol=pickle.HIGHEST_PROTOCOL)
    unfinished.replace(path)


def about(path: Path) -> About:
    """Return which search a file holds.

    Raises CheckpointError for a file that holds none, and OSError if it cannot be read.
    """
    with path.open("rb") as file:
        return _head(path, file).about


def processes(path: Path) -> int | None:
    """Return among how many processes a file's search is shared; None if it is not.

    Raises what `about` raises.
    """
    with path.open("rb") as file:
        return _head(path, file).processes


class _Head(NamedTuple):
    about: About
    is_hashed: bool
    processes: int | None
    made_of: str
    """Of what source the model was made."""


def _head(path: Path, file: BinaryIO) -> _Head:
    """Return what the first line of a file says."""
    try:
        head = json.loads(file.readline(10_000))
        if head["format"] != FORMAT:
            raise CheckpointError(f"{path}: {head['format']!r}, not {FORMAT!r}")
        properties = head["properties"]
        judged = None if properties is None else tuple(properties)
        about = About(head["name"], tuple(head["scope"]), judged)
        shared = head.get("processes")
        many = None if shared is None else int(shared)
        return _Head(about, bool(head.get("hashed")), many, head["made_of"])
    except (ValueError, KeyError, TypeError) as error:
        raise CheckpointError(f"{path} is not a saved search") from error


def load(path: Path, model: Model) -> Alone:
    """Return the search that a file holds, of this model, by one process.

    Raises CheckpointError for a damaged file, and for other rules than it was made by.
    """
    with _opened(path) as (head, values, pieces):
        spec = model.at(head.about.scope)
        if head.is_hashed:
            return HashedSearch.resumed(spec, values, pieces)
        return Search.resumed(spec, values)


def load_shared(path: Path, search: SharedSearch) -> None:
    """Let a search that has not begun go on with what a file holds.

    It has the model, the properties and the processes that the file names. Raises
    CheckpointError as `load` does.
    """
    with _opened(path) as (_, values, pieces):
        search.resume(values, pieces)


@contextmanager
def _opened(path: Path) -> Iterator[tuple[_Head, Any, Iterator[Any]]]:
    """Yield what a file says first, what was visited, and the states that wait."""
    with path.open("rb") as file:
        head = _head(path, file)
        if head.made_of != digest_of(*head.about):
            raise CheckpointError(
                f"{path}: the source of {head.about.name}, or what is asked of it,"
                " was changed since it was saved: begin anew"
            )
        try:
            yield head, _dictionary(file), _pieces(file)
        except _DAMAGE as error:
            raise CheckpointError(f"{path} is damaged: {error}") from error


_DAMAGE = (
    *(pickle.UnpicklingError, zlib.error, EOFError, ImportError),
    *(LookupError, AttributeError, TypeError, UnicodeError),
)
"""What reading a file raises that is none of ours, or not whole."""


def _dictionary(file: BinaryIO) -> dict[str, Any]:
    """Return what was visited; raises TypeError for anything else."""
    values = _States(file).load()
    if not isinstance(values, dict):
        raise TypeError(f"{values!r:.40} is no search")
    return values


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
