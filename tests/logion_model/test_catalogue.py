from __future__ import annotations

import pytest
from logion_model import consumer_group, producer
from logion_model.catalogue import (
    CATALOGUE,
    FINDINGS,
    MODELS,
    SIZES,
    VERDICTS,
    Entry,
    Findings,
    Size,
    Verdict,
    disagreement,
)
from logion_model.group import rules as group
from logion_model.kernel import explore


def is_quick(entry: Entry) -> bool:
    """Return whether an entry takes less than a second: `--all` checks the others."""
    if isinstance(entry, Findings):
        return entry.distinct < 10_000
    if len(entry.scope) != 4 or entry.scope[0] < 3 or entry.scope[3] == 0:
        return True
    return entry.scope[3] == 1 and getattr(entry, "length", None) is not None


QUICK = [entry for entry in CATALOGUE if is_quick(entry)]

EXAMPLES = (
    dict.fromkeys(MODELS, (2, 2, 2, 2))
    | dict.fromkeys((rules.name for rules in producer.VARIANTS), (3, 2, 2, 1, 1))
    | {"log": (3, 2, 1)}
    | dict.fromkeys((rules.name for rules in group.VARIANTS), (0, 1, 2, 2, 1, 1))
    | dict.fromkeys((rules.name for rules in consumer_group.VARIANTS), (2, 2, 3))
)
"""For each model a scope at which all of its actions are possible."""


@pytest.mark.parametrize("entry", QUICK, ids=str)
def test_a_model_has_the_size_and_the_faults_that_it_is_known_for(
    entry: Entry,
) -> None:
    assert disagreement(entry) is None


def test_most_of_the_catalogue_is_quick() -> None:
    assert len(QUICK) > 0.7 * len(CATALOGUE)


@pytest.mark.parametrize(
    ("entry", "found"),
    [
        (Size("log", (2, 2, 1), 1, 1), "223 states, depth 8, vacuous"),
        (Verdict("kip-101", (2, 2, 2, 0), "weak-isr", 9), "holds"),
        (
            Verdict("truncate-to-high-watermark", (2, 2, 2, 1), "weak-isr", None),
            "violated after 9 states",
        ),
        (
            Findings("group-classic", (1, 0, 1, 1, 1, 0), 1, 1, ()),
            "24 states, depth 7, everything holds",
        ),
        (
            Findings("group-kafka-9801", (0, 1, 2, 1, 1, 0), 1, 1, (("owned", 5),)),
            "50 states, depth 8, violates owned after 6",
        ),
    ],
    ids=str,
)
def test_an_entry_that_is_not_so_is_told_what_was_found(
    entry: Entry, found: str
) -> None:
    assert disagreement(entry) == found


@pytest.mark.parametrize(("name", "scope"), EXAMPLES.items())
def test_every_action_of_a_model_is_taken_somewhere(
    name: str, scope: tuple[int, ...]
) -> None:
    report = explore(MODELS[name].at(scope), invariants=())
    assert report.never_taken == ()


def test_every_model_has_a_size_and_a_verdict_on_each_of_its_promises() -> None:
    complete = {findings.name for findings in FINDINGS}
    assert {size.name for size in SIZES} | complete == set(MODELS)
    judged = {(verdict.name, verdict.promise) for verdict in VERDICTS}
    for name, scope in EXAMPLES.items():
        promises = {invariant.name for invariant in MODELS[name].at(scope).invariants}
        found = {promise for model, promise in judged if model == name}
        assert name in complete or found == promises


@pytest.mark.parametrize("scope", [(2, 2, 2), (2, 2, 2, -1), (0, 1, 1, 1)])
def test_a_scope_that_a_model_cannot_have_is_refused(scope: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="scope"):
        MODELS["kip-320"].at(scope)
