"""All cases there are, found in the modules of the suite."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import TypeAlias

from logion_conformance import cases
from logion_conformance.case import Case

CaseFunction: TypeAlias = Callable[..., Awaitable[None]]

PREFIX = f"{cases.__name__}."


@cache
def functions() -> tuple[tuple[Case, CaseFunction], ...]:
    """Return every case with the function that tries it."""
    modules = [import_module(it.name) for it in iter_modules(cases.__path__, PREFIX)]
    return tuple(
        (mark.args[0], function)
        for module in modules
        for function in vars(module).values()
        for mark in getattr(function, "pytestmark", ())
        if mark.name == "case"
    )


@cache
def ids() -> frozenset[str]:
    """Return the ids of all cases."""
    return frozenset(case.id for case, _ in functions())
