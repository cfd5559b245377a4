"""What differs between two states, in few words."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any, NamedTuple

import pytest
from logion_model.pictures.changes import changes, shown


class Phase(Enum):
    NOT_YET = 1


class Point(NamedTuple):
    x: Any = 0
    y: Any = 0


@dataclass(frozen=True)
class Box:
    points: tuple[Point, ...] = ()
    names: Any = None


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (Point(), Point(), []),
        (1, 2, ["state: 1 -> 2"]),
        (Point(0, 1), Point(2, 1), ["x: 0 -> 2"]),
        (Box((Point(),)), Box((Point(0, 7),)), ["points[0].y: 0 -> 7"]),
        (Box(), Box((Point(),)), ["points[0]: nothing -> (x 0, y 0)"]),
        (Box((Point(),)), Box(), ["points[0]: (x 0, y 0) -> nothing"]),
        (Box(), Box((), frozenset({2, 1})), ["names: none -> {1, 2}"]),
        (Point({"a": 1}), Point({"a": 2}), ["x[a]: 1 -> 2"]),
        (Point(Phase.NOT_YET), Point("text"), ["x: not yet -> text"]),
        ((1, 2), (1, 3), ["[1]: 2 -> 3"]),
    ],
)
def test_each_field_that_differs_is_named(
    before: Any, after: Any, said: list[str]
) -> None:
    assert [str(change) for change in changes(before, after)] == said


def test_values_are_shown_by_their_parts() -> None:
    assert shown({"a": Point((), None)}) == "{a: (x (), y none)}"
    assert shown(()) == "()"
