"""What the checks of the catalogue find.

Each world is explored once: the tests about one model run in one process.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from logion_model.catalogue import CATALOGUE, MODELS, check, expected
from logion_model.entry import Entry, Scope, difference
from logion_model.kernel import Report, explore

pytestmark = pytest.mark.world

QUICK = [entry for entry in CATALOGUE if entry.quick]
CURED = {entry.cured for entry in QUICK if entry.bug is not None}
"""What must hold with the cures of the bugs, at the same scopes."""


@cache
def found(entry: Entry) -> Report[Any]:
    return check(entry)


def together(entry: Entry) -> Any:
    return pytest.param(entry, id=str(entry), marks=pytest.mark.xdist_group(entry.name))


@pytest.mark.parametrize("entry", [together(it) for it in QUICK])
def test_a_model_has_the_size_and_the_faults_that_it_is_known_for(
    entry: Entry,
) -> None:
    assert difference(entry, found(entry)) is None


@pytest.mark.parametrize("entry", [together(it) for it in sorted(CURED, key=str)])
def test_what_a_bug_breaks_holds_at_the_same_scope_with_its_cure(entry: Entry) -> None:
    assert entry.properties is not None
    whole = expected(entry.name, entry.scope, None)
    if whole in QUICK:  # its states are counted, and every promise judged
        assert set(entry.properties).isdisjoint(dict(whole.broken))
    else:
        assert found(entry).violation is None
        assert found(entry).complete


def worlds_of(name: str) -> Iterator[Report[Any]]:
    """Yield what is found in the worlds of a model, and then with nothing judged."""
    scopes = set[Scope]()
    for entry in QUICK:
        if entry.name == name:
            scopes.add(entry.scope)
            yield found(entry)
    for scope in sorted(scopes):
        yield explore(MODELS[name].at(scope), invariants=())


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=pytest.mark.xdist_group(name)) for name in MODELS],
)
def test_every_action_of_a_model_is_taken_somewhere(name: str) -> None:
    entry = next(entry for entry in QUICK if entry.name == name)
    unseen = set(MODELS[name].at(entry.scope).actions)
    for report in worlds_of(name):
        unseen -= {action for action, times in report.taken.items() if times}
        if not unseen:
            break
    assert unseen == set()
