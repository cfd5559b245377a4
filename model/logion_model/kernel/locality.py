"""Which part of a state says to which process it falls: that which steps seldom change.

Where a step leaves that part alone, both states fall to one process, and nobody has to
be asked whether the second is new.
"""

from __future__ import annotations

from operator import eq

from logion_model.kernel.search import Search
from logion_model.kernel.spec import S, Spec

SAMPLE = 1_000
"""States that are looked at before the search: so many, and the rest of their level."""

VALUES_EACH = 16
"""A part with fewer values for each process would leave some with too little."""


def deciding_part(spec: Spec[S], processes: int) -> int | None:
    """Return the place of that part in a state, or in its view where states have one.

    Returns None where no part will do: states are no tuples of one length, their parts
    have few values, or several count as one by symmetry. Raises SpecError if the
    specification contradicts itself.
    """
    if spec.symmetry is not None:
        return None
    search = Search.begun(spec, (), to_the_end=True)
    search.run(states_max=SAMPLE)
    ways = search.parents.items()
    steps = [(spec.key(it), spec.key(state)) for state, it in ways if it is not None]
    parts = [it for step in steps for it in step if isinstance(it, tuple)]
    if len(parts) < 2 * len(steps) or len(set(map(len, parts))) != 1:
        return None
    befores, afters = (
        list(zip(*parts[::2], strict=True)),
        list(zip(*parts[1::2], strict=True)),
    )
    varied = [
        place
        for place, values in enumerate(afters)
        if len(set(values)) >= VALUES_EACH * processes
    ]

    def kept(place: int) -> int:
        return sum(map(eq, befores[place], afters[place]))

    return max(varied, key=kept, default=None)
