"""Rules that hold for any input: Hypothesis makes it up, and finds the least failing.

    async def holds(values: list[bytes]) -> None:
        ...

    await for_any(broker, st.lists(st.binary()), holds)

The inputs are the same in each run: they come of a fixed seed. What is told of a
failure, and done again by its program, is the least input that fails, and what was
said before the first one.
"""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable
from tempfile import TemporaryDirectory
from typing import TypeVar

import trio
from hypothesis import HealthCheck, Phase, Verbosity, given, seed, settings
from hypothesis import strategies as st
from hypothesis.configuration import set_hypothesis_home_dir
from hypothesis.errors import Flaky
from logion.protocol.errors import ApiError, ProtocolError
from logion.records.record import Record

from logion_conformance.expect import Broken, shown
from logion_conformance.material import TIMESTAMP
from logion_conformance.subject import Subject

T = TypeVar("T")

SEED = 2011
"""Where the inputs come from; another number, other inputs."""

INPUTS_MAX = 20
"""How many are tried while the rule holds."""

TRIED = settings(
    max_examples=INPUTS_MAX,
    database=None,
    deadline=None,
    phases=(Phase.generate, Phase.shrink),
    report_multiple_bugs=False,
    suppress_health_check=tuple(HealthCheck),
    verbosity=Verbosity.quiet,
)
"""Nothing is kept on disk, and no broker is too slow."""


async def for_any(
    broker: Subject,
    inputs: st.SearchStrategy[T],
    rule: Callable[[T], Awaitable[None]],
) -> None:
    """See that a rule holds for any input; Broken with the least for which not.

    The rule may be tried a hundred times: it has to do with what earlier ones left.
    """
    _leave_nothing_here()
    begin = broker.story.place
    failed: list[tuple[T, Exception]] = []

    def holds(value: T) -> None:
        broker.story.cut(begin)
        try:
            trio.from_thread.run(rule, value)
        except (Broken, ApiError, ProtocolError) as problem:
            failed.append((value, problem))
            raise

    tried = seed(SEED)(TRIED(given(inputs)(holds)))
    try:
        await trio.to_thread.run_sync(tried)
    except (Broken, ApiError, ProtocolError, Flaky):
        value, problem = failed[-1]
        raise with_input(problem, value) from problem


@functools.cache
def _leave_nothing_here() -> TemporaryDirectory[str]:
    """Have Hypothesis keep its notes elsewhere than the suite is run, and lose them.

    Without a database it still writes down the constants of modules that it has read.
    """
    folder = TemporaryDirectory(prefix="logion-inputs-")
    set_hypothesis_home_dir(folder.name)
    return folder


def with_input(problem: Exception, value: object) -> Broken:
    """Return what a case fails with: what went wrong, and for which input."""
    given_by = f"for {shown(value)} (the least that fails, seed {SEED})"
    if isinstance(problem, Broken):
        what = f"{problem.what}, {given_by}"
        return Broken(
            what, expected=problem.expected, came=problem.came, value=problem.value
        )
    came = f"{type(problem).__name__}: {problem}"
    return Broken(f"the rule, {given_by}", expected="that it holds", came=came)


# --- records --------------------------------------------------------------------------

HEADER_NAMES = st.text("aZ09 .\N{SNOWMAN}\N{GREEK SMALL LETTER ALPHA}\0", max_size=8)

BYTES = st.none() | st.binary(max_size=64)
"""A key or a value; null is not empty."""

LATER_MS = st.integers(-86_400_000, 3_000_000)
"""A time as of TIMESTAMP, which neither retention nor a default limit forbids."""

RECORDS = st.lists(
    st.builds(
        Record,
        st.just(0),
        LATER_MS.map(lambda later: TIMESTAMP + later),
        BYTES,
        BYTES,
        st.lists(st.tuples(HEADER_NAMES, BYTES), max_size=3).map(tuple),
    ),
    min_size=1,
    max_size=8,
)
"""The records of a batch, their offsets yet to be given."""

BATCH_SIZES = st.lists(st.integers(1, 50), min_size=1, max_size=6)
"""How many records batches have, one after the other."""
