"""Components are those of a definition by reachability."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from logion_model.history.components import components

SIZE = 9


@given(edges=st.lists(st.tuples(st.integers(0, 8), st.integers(0, 8)), max_size=25))
def test_members_are_those_that_reach_each_other(edges: list[tuple[int, int]]) -> None:
    reach = {(n, n) for n in range(SIZE)} | set(edges)
    for via in range(SIZE):
        reach |= {
            (a, b)
            for a in range(SIZE)
            for b in range(SIZE)
            if (a, via) in reach and (via, b) in reach
        }
    mutual = {
        frozenset(b for b in range(SIZE) if {(a, b), (b, a)} <= reach)
        for a in range(SIZE)
    }
    after = [[b for a, b in edges if a == node] for node in range(SIZE)]
    found = [frozenset(it) for it in components(SIZE, after.__getitem__)]
    assert len(found) == len(set(found))
    assert set(found) == {it for it in mutual if len(it) > 1}


def test_a_long_chain_needs_no_deep_stack() -> None:
    size = 50_000
    chain = components(size, lambda node: [(node + 1) % size])
    assert [len(it) for it in chain] == [size]
