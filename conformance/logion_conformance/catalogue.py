"""All cases there are, found in the modules of the suite."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType

from logion_conformance import cases
from logion_conformance.case import Case


@cache
def ids() -> frozenset[str]:
    """Return the ids of all cases."""
    found = [import_module(it.name) for it in iter_modules(cases.__path__, PREFIX)]
    return frozenset(case.id for module in found for case in cases_in(module))


PREFIX = f"{cases.__name__}."


def cases_in(module: ModuleType) -> Iterator[Case]:
    """Yield the cases that the functions of a module are."""
    for function in vars(module).values():
        for mark in getattr(function, "pytestmark", ()):
            if mark.name == "case":
                yield mark.args[0]
