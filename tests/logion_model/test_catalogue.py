from __future__ import annotations

import pytest
from logion_model.catalogue import MODELS, SIZES, VERDICTS, Size, Verdict
from logion_model.kernel import explore

SLOW = {(3, 2, 2, 1), (3, 2, 2, 2)}
VAST = [
    Size("kip-320", (3, 2, 2, 2), 737_794, 26),
    Verdict("kip-320", (3, 2, 2, 2), "strong-isr", None),
    Verdict("kip-320-first-try", (3, 2, 2, 2), "strong-isr", 13),
]
"""Up to twenty seconds each; `logion model check kip-320 --scope 3,2,2,2` runs one."""

EXAMPLES = dict.fromkeys(MODELS, (2, 2, 2, 2)) | {"log": (3, 2, 1)}
"""For each model a scope at which all of its actions are possible."""


def cases(entries: tuple[Size | Verdict, ...]) -> list[object]:
    """Return the entries as test cases, the slow ones marked."""
    marks = {True: [pytest.mark.slow], False: []}
    return [
        pytest.param(
            entry,
            id="-".join(map(str, entry[:2])),
            marks=marks[entry.scope in SLOW],
        )
        for entry in entries
        if entry not in VAST
    ]


@pytest.mark.parametrize("size", cases(SIZES))
def test_a_variant_has_as_many_states_as_its_tla_specification(size: Size) -> None:
    report = explore(MODELS[size.name].at(size.scope), invariants=())
    assert (report.distinct, report.depth) == (size.distinct, size.depth)
    assert report.complete
    assert not report.unreached


@pytest.mark.parametrize("verdict", cases(VERDICTS))
def test_a_variant_keeps_and_breaks_the_promises_it_is_known_for(
    verdict: Verdict,
) -> None:
    spec = MODELS[verdict.name].at(verdict.scope)
    report = explore(spec, invariants=[verdict.promise])
    length = report.violation and report.violation.length
    assert length == verdict.length


@pytest.mark.parametrize(("name", "scope"), EXAMPLES.items())
def test_every_action_of_a_model_is_taken_somewhere(
    name: str, scope: tuple[int, ...]
) -> None:
    report = explore(MODELS[name].at(scope), invariants=())
    assert report.never_taken == ()


def test_every_model_has_a_size_and_a_verdict_on_each_of_its_promises() -> None:
    assert {size.name for size in SIZES} == set(MODELS)
    judged = {(verdict.name, verdict.promise) for verdict in VERDICTS}
    for name, scope in EXAMPLES.items():
        promises = {invariant.name for invariant in MODELS[name].at(scope).invariants}
        assert {promise for model, promise in judged if model == name} == promises


@pytest.mark.parametrize("scope", [(2, 2, 2), (2, 2, 2, -1), (0, 1, 1, 1)])
def test_a_scope_that_a_model_cannot_have_is_refused(scope: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="scope"):
        MODELS["kip-320"].at(scope)


def test_the_vast_entries_are_in_the_catalogue() -> None:
    assert set(VAST) <= {*SIZES, *VERDICTS}
