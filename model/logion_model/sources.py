"""What a specification is made of: the source of its modules, as a digest.

A saved search has judged the states that it knows by the rules of its time. Going on by
others would visit a world that neither describes.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import logion_model
from logion_model.catalogue import FAMILY
from logion_model.entry import Scope

ROOT = Path(logion_model.__file__).parent

NO_RULES = ("logion_model.kernel", "logion_model.entry", "logion_model.bugs")
"""Modules that every specification stands on, and none is made of."""


def digest_of(
    model: str, scope: Scope = (), properties: tuple[str, ...] | None = None
) -> str:
    """Return what changes with the source of a model's modules, and what is asked."""
    digest = sha256(repr((model, scope, properties)).encode())
    for name, path in sorted(modules_of(model).items()):
        digest.update(f"{name}\n".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def modules_of(model: str) -> dict[str, Path]:
    """Return the modules that a model is made of, with their files.

    These are its module of the catalogue, and whatever of the package that imports.
    """
    found: dict[str, Path] = {}
    waiting = [FAMILY[model]]
    while waiting:
        name = waiting.pop()
        path = _file(name)
        if path is not None and name not in found and not _is_of(name, NO_RULES):
            found[name] = path
            waiting += _imported(path)
    return found


def _is_of(name: str, packages: tuple[str, ...]) -> bool:
    return any(name == it or name.startswith(f"{it}.") for it in packages)


def _file(name: str) -> Path | None:
    """Return the file of a module of ours; None for what is no module, or not ours."""
    package, *parts = name.split(".")
    if package != logion_model.__name__:
        return None
    place = ROOT.joinpath(*parts)
    files = (place.with_suffix(".py"), place / "__init__.py")
    return next((it for it in files if it.is_file()), None)


def _imported(path: Path) -> Iterator[str]:
    """Yield the names that a file imports, some of which are modules."""
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            yield from (it.name for it in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            yield node.module
            yield from (f"{node.module}.{it.name}" for it in node.names)
