"""A state falls to the process that its slowest part decides."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from logion_model.catalogue import specification
from logion_model.kernel import Action, Spec, SpecError, locality
from logion_model.kernel.locality import deciding_part

HOURS, SECONDS_AN_HOUR = 100, 10


def clock() -> Spec[Any]:
    """Return a clock: seconds change with each step, hours seldom, the day never."""

    def steps(state: tuple[int, int, str]) -> Iterator[tuple[Action, Any]]:
        second, hour, day = state
        if second < SECONDS_AN_HOUR:
            yield Action("tick", ()), (second + 1, hour, day)
        elif hour < HOURS:
            yield Action("strike", ()), (0, hour + 1, day)

    return Spec("clock", ((0, 0, "Monday"),), steps, ("tick", "strike"))


def test_the_part_decides_that_steps_seldom_change() -> None:
    assert deciding_part(clock(), 2) == 1


def test_a_part_of_few_values_does_not_decide() -> None:
    enough = locality.VALUES_EACH * 2
    assert deciding_part(clock(), 2) == 1
    few = replace(clock(), within=lambda it: it[1] < enough // 2)
    assert deciding_part(few, 2) is None


def test_the_parts_of_a_view_are_looked_at_where_states_have_one() -> None:
    turned = replace(clock(), view=lambda it: (it[1], it[2], it[0]))
    assert deciding_part(turned, 2) == 0


@pytest.mark.parametrize("view", [lambda it: it[1], lambda it: it[: 1 + it[0] % 2]])
def test_no_part_decides_of_states_that_do_not_have_the_same_parts(view: Any) -> None:
    assert deciding_part(replace(clock(), view=view), 2) is None


def test_no_part_decides_where_several_states_count_as_one() -> None:
    alike = replace(clock(), symmetry=lambda it: (it,))
    assert deciding_part(alike, 2) is None


def test_what_is_asked_of_a_broken_specification_names_the_state() -> None:
    with pytest.raises(SpecError, match="its steps fail in"):
        deciding_part(replace(clock(), next=lambda _: 1 // 0), 2)


def test_requests_decide_in_the_specifications_of_replication() -> None:
    spec = specification("kip-320", (3, 2, 2, 2))
    place = deciding_part(spec, 2)
    assert place is not None
    assert type(spec.initial[0])._fields[place] == "requests"
