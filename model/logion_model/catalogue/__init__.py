"""Every specification with what a check of it must find: the judge of the judge.

A counterexample that disappears is as much a regression as one that appears, so each
entry says the verdict, and the counts where the search completes. Tests run the quick
entries always and the others when asked.

Each module of this package is a family of models: `MODELS`, and `ENTRIES` about them.
A new family is a new module.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from logion_model.entry import Entry, Model, Scope
from logion_model.kernel import Report, Spec, Watch, explore, explore_packed

_FAMILIES = tuple(
    import_module(f"{__name__}.{found.name}") for found in iter_modules(__path__)
)

MODELS: Mapping[str, Model] = {
    model.name: model for family in _FAMILIES for model in family.MODELS
}
"""Every model by name."""

FAMILY: Mapping[str, str] = {
    model.name: family.__name__ for family in _FAMILIES for model in family.MODELS
}
"""The module of this package that has a model, by the model's name."""

CATALOGUE: tuple[Entry, ...] = tuple(
    entry for family in _FAMILIES for entry in family.ENTRIES
)
"""Everything that is known of the models."""


def specification(name: str, scope: Scope) -> Spec[Any]:
    """Return a model at a scope: another process can be told of it by these alone."""
    return MODELS[name].at(scope)


def check(entry: Entry, watch: Watch | None = None) -> Report[Any]:
    """Return what is found now where the entry says what must be found.

    What takes long is left to the fast search, where the model has one.
    """
    model, to_the_end = MODELS[entry.name], entry.distinct is not None
    if model.pack and not entry.quick:
        return explore_packed(
            model.packed_at(entry.scope),
            invariants=entry.properties,
            to_the_end=to_the_end,
            watch=watch,
        )
    return explore(
        model.at(entry.scope),
        invariants=entry.properties,
        to_the_end=to_the_end,
        watch=watch,
    )


def expected(
    name: str, scope: Scope, properties: tuple[str, ...] | None
) -> Entry | None:
    """Return what a check must find, None if the catalogue does not know it all.

    `properties` are those judged: None for all of the model, none for states only.
    """
    known = [entry for entry in CATALOGUE if (entry.name, entry.scope) == (name, scope)]
    to_the_end = not properties
    for entry in known:
        if entry.properties == properties and (entry.distinct or not to_the_end):
            return entry
    whole = next((it for it in known if it.properties is None and it.distinct), None)
    if whole is None or properties is None:
        return None
    if not properties:
        return replace(whole, broken=(), properties=())
    broken = tuple(it for it in whole.broken if it[0] in properties)
    together = len(properties) > 1 and broken  # the search ends at the first of them
    return None if together else Entry(name, scope, broken, properties=properties)
