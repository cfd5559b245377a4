"""A look ahead costs a bounded amount of work, whatever the world is like."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

import pytest
from logion_model.catalogue import CATALOGUE, MODELS
from logion_model.commands import fitting
from logion_model.commands.fitting import estimated
from logion_model.entry import Entry
from logion_model.estimate import LEVELS_MIN, STATES_MAX, bytes_each
from logion_model.kernel import Action, Property, Search, Spec, SpecError
from logion_model.sounding import JUDGED_MAX, LONG, Sounding

Steps = Iterator[tuple[Action, int]]
STEP = Action("step")


def endless(asked: list[int], **changes: object) -> Spec[int]:
    """Return a world whose first state has steps without end; notes what is taken."""

    def steps(_: int) -> Steps:
        for after in count(1):
            asked.append(after)
            yield STEP, after

    spec = Spec("endless", (0,), steps, ("step",))
    values = {name: getattr(spec, name) for name in spec.__slots__} | changes
    return Spec(**values)


def test_a_state_with_steps_without_end_is_looked_at_for_a_while() -> None:
    asked: list[int] = []
    sounding = Sounding(endless(asked))
    sounding.go_on(1_000)
    assert len(asked) <= 1_000
    assert not sounding.is_over
    assert estimated(sounding.sizes, sounding.progress, 1).states == STATES_MAX
    sounding.go_on(2_000)
    assert 1_000 < len(asked) <= 2_000


def test_steps_between_long_states_count_more() -> None:
    asked: list[str] = []

    def steps(state: str) -> Iterator[tuple[Action, str]]:
        for n in count():
            asked.append(state)
            yield STEP, f"{n}{state[len(str(n)) :]}"

    sounding = Sounding(Spec("long", ("-" * (99 * LONG),), steps, ("step",)))
    sounding.go_on(10_000)
    assert len(asked) == 100


def test_steps_that_have_to_be_renamed_count_more() -> None:
    asked: list[int] = []
    Sounding(endless(asked, symmetry=lambda state: (state,))).go_on(800)
    assert 90 < len(asked) <= 100


@pytest.mark.parametrize(
    ("name", "scope"),
    [
        ("kip-320", (2, 2, 2, 1)),
        ("group-classic", (1, 1, 1, 2, 1, 0)),
        ("kip-848", (1, 2, 1, 1)),
        ("async-isr", (2, 2, 2)),
    ],
)
def test_a_small_world_is_known_to_its_end_as_a_search_knows_it(
    name: str, scope: tuple[int, ...]
) -> None:
    spec = MODELS[name].at(scope)
    sounding, search = Sounding(spec), Search.begun(spec, (), to_the_end=True)
    sounding.go_on(10**6)
    search.run()
    assert sounding.is_complete
    assert list(sounding.states) == list(search.parents)
    assert sounding.sizes == search.sizes


def test_half_way_it_knows_what_a_search_knows_half_way() -> None:
    spec = MODELS["kip-320"].at((3, 2, 2, 1))
    sounding, search = Sounding(spec), Search.begun(spec, (), to_the_end=True)
    sounding.go_on(10_000)
    search.run(depth_max=len(sounding.sizes))
    assert sounding.sizes == search.sizes
    assert sum(sounding.sizes) < len(sounding.states) < 10_000
    waiting = sounding.progress.queue
    assert 0 < waiting < len(sounding.states)


def test_what_ends_a_search_early_ends_the_look_ahead() -> None:
    small = Property("small", lambda state: state < 50, "test")
    sounding = Sounding(endless([]), [small])
    sounding.go_on(1_000)
    assert sounding.is_broken
    assert len(sounding.states) == 51


def test_a_deadlock_ends_it_where_a_search_would_end() -> None:
    stuck = endless([], next=lambda _: (), may_stop=lambda _: False)
    judging = Sounding(stuck, [Property("any", lambda _: True, "test")])
    judging.go_on(10)
    assert judging.is_broken
    counting = Sounding(stuck)
    counting.go_on(10)
    assert counting.is_complete
    assert not counting.is_broken


def test_few_states_are_judged() -> None:
    judged: list[int] = []
    slow = Property("slow", lambda state: judged.append(state) or True, "test")
    Sounding(endless([]), [slow]).go_on(3 * JUDGED_MAX)
    assert len(judged) == JUDGED_MAX


def test_a_specification_that_fails_is_named_with_the_state() -> None:
    failing = endless([], next=lambda state: 1 // state)
    with pytest.raises(SpecError, match=r"endless: its steps fail in .* the state 0"):
        Sounding(failing).go_on(10)
    odd = Property("odd", lambda state: 1 // (state - 3) < 2, "test")
    with pytest.raises(SpecError, match=r"odd cannot be judged in .* the state 3"):
        Sounding(endless([]), [odd]).go_on(10)


@pytest.mark.world
@pytest.mark.parametrize(
    "entry", [it for it in CATALOGUE if (it.distinct or 0) > 100_000], ids=str
)
def test_no_world_of_the_catalogue_is_thought_too_large(entry: Entry) -> None:
    sounding = Sounding(MODELS[entry.name].at(entry.scope))
    sounding.go_on(fitting.SOUNDINGS[0])
    assert len(sounding.sizes) >= LEVELS_MIN
    sounding.go_on(fitting.SOUNDINGS[-1])
    if not sounding.is_over:
        each = bytes_each(sounding.states)
        assert estimated(sounding.sizes, sounding.progress, each).size < 10e9
