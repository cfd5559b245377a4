"""Options of `logion model check` that say nothing together, or nothing at all.

An option that is passed over in silence is believed to have been heeded.
"""

from __future__ import annotations

import argparse

POSITIVE = ("states_max", "processes", "walks")

ALONE = (
    "property",
    "states_max",
    "checkpoint",
    "fast",
    "hashed",
    "walks",
    "seed",
    "svg",
    "html",
)
"""Options for a single check that begins."""

ALONE_OR_RESUMED = ("processes", "force")
"""Options for a single check, one that goes on too."""

APART = (
    (
        "walks",
        ("fast", "hashed", "processes", "states_max", "checkpoint", "force"),
        "is no search: leave out",
    ),
    ("fast", ("hashed", "processes"), "keeps every state: choose it or"),
    ("fast", ("checkpoint",), "keeps nothing to go on with: leave out"),
)
"""Of an option the ones that it does not go with, and why."""


def refuse(options: argparse.Namespace) -> None:
    """Raise ValueError, with a line to be told, for options that do not go together."""
    for name in POSITIVE:
        given = getattr(options, name)
        if given is not None and given < 1:
            raise ValueError(f"{_typed(name)} {given}: a positive number is expected")
    _refuse_for_many(options)
    _refuse_together(options)
    named = options.property or []
    if "none" in named and len(named) > 1:
        raise ValueError("--property none judges nothing: it goes with no other")


def _refuse_for_many(options: argparse.Namespace) -> None:
    """Refuse what is for one model, where many are checked or a search goes on."""
    is_many = options.quick or options.all or options.bugs is not None
    refused: tuple[str, ...] = ALONE if is_many or options.resume else ()
    refused += ALONE_OR_RESUMED if is_many else ()
    for name in refused:
        if _is_given(options, name):
            raise ValueError(f"{_typed(name)} is for a check of one model at one scope")
    if options.bugs is not None and options.name:
        raise ValueError("--bugs is of all models: leave out the name")
    if options.resume and options.name:
        raise ValueError(
            f"--resume goes on with its own model: leave out {options.name}"
        )


def _refuse_together(options: argparse.Namespace) -> None:
    for name, others, why in APART:
        for other in others:
            if _is_given(options, name) and _is_given(options, other):
                raise ValueError(f"{_typed(name)} {why} {_typed(other)}")
    if options.seed is not None and options.walks is None:
        raise ValueError("--seed is of random walks: it goes with --walks N")


def _is_given(options: argparse.Namespace, name: str) -> bool:
    return getattr(options, name) not in (None, False)


def _typed(name: str) -> str:
    """Return an option as it is typed."""
    return f"--{name.replace('_', '-')}"
