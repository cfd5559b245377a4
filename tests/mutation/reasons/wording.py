"""How a change is named whose survival has a reason."""

from __future__ import annotations

TRUTH = "the same: no truth value of a field is compared"


def change(function: str, line: str, before: str, after: str) -> str:
    """Return what is said of a change of what stands in the hole of a line."""
    return f"{function}: {line.format(before)} -> {line.format(after)}"


def changes(
    function: str, line: str, before: tuple[str, ...], *after: tuple[str, ...]
) -> tuple[str, ...]:
    """Return what is said of several changes of a line with one or more holes."""
    return tuple(
        f"{function}: {line.format(*before)} -> {line.format(*it)}" for it in after
    )
