"""An outcome as a person reads it."""

from __future__ import annotations

from logion_conformance.compare.comparison import Outcome

LINES_MAX = 8
"""So many differences of a probe are told."""


def story(outcome: Outcome) -> str:
    """Return name, version and verdict of a probe, and a line for each difference."""
    rows = ", ".join(each.row for each in outcome.known)
    more = len(outcome.differences) - LINES_MAX
    head = f"{outcome.verdict}: {outcome.probe.name} v{outcome.version}"
    if rows:
        head = f"{head} ({rows})"
    return "\n".join(
        (
            head,
            *(
                f"  {it.path}: {cut(it.recorded)} | {cut(it.replayed)}"
                for it in outcome.differences[:LINES_MAX]
            ),
            *([f"  and {more} more"] if more > 0 else []),
        )
    )


def cut(value: object, size_max: int = 120) -> str:
    """Return a value as text, cut if it is long."""
    text = repr(value)
    return text if len(text) <= size_max else f"{text[:size_max]}..."
