"""Which functions of the broker a case calls: only those can make it fail.

Every case runs once on the reference while the interpreter tells which functions the
broker's thread calls. A miniature whose functions a case does not call is, for that
case, the reference: it need not be tried. So a table of all miniatures by all cases
takes minutes, not hours.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pkgutil import resolve_name
from types import CodeType, FrameType
from typing import Any

import trio

from logion_harness.miniatures.judging import PATIENT_TIMEOUT_S, reference
from logion_harness.miniatures.miniature import Miniature
from logion_harness.miniatures.suite import Judge, suite

Codes = frozenset[CodeType]


@cache
def called(release: str, cases: tuple[str, ...]) -> Mapping[str, Codes]:
    """Return the code that some cases have the broker of a release run, each once."""
    return calls(release, cases)


def calls(release: str, cases: Iterable[str]) -> Mapping[str, Codes]:
    """Return the code that some cases, one after the other, have the broker run."""
    seen: set[CodeType] = set()
    found: dict[str, Codes] = {}
    with _noting(seen), reference(release) as target:
        judge = Judge(target, PATIENT_TIMEOUT_S, tries_oldest=False)
        for case_id in cases:
            seen.clear()
            trio.run(judge.verdict, suite()[case_id])
            found[case_id] = frozenset(seen)
    return found


@contextmanager
def _noting(seen: set[CodeType]) -> Iterator[None]:
    """Put the code of every function into `seen` that a new thread calls."""

    def note(frame: FrameType, event: str, _: Any) -> None:
        if event == "call":
            seen.add(frame.f_code)

    threading.setprofile(note)
    try:
        yield
    finally:
        threading.setprofile(None)


def can_fail(miniature: Miniature, cases: Iterable[str]) -> list[str]:
    """Return which of some cases call a function that is wrong in a miniature, and
    those that it names."""
    asked, codes = tuple(cases), set(map(code_of, miniature.defect.targets))
    if None in codes:
        return list(asked)
    code = called(miniature.release, asked)
    return [
        it for it in asked if it in miniature.cases or not codes.isdisjoint(code[it])
    ]


def code_of(target: str) -> CodeType | None:
    """Return the code of a function, method, property or class; None of anything
    else."""
    module, _, path = target.partition(":")
    holder, _, name = path.rpartition(".")
    owner = resolve_name(f"{module}:{holder}" if holder else module)
    return _code(vars(owner)[name])


def _code(value: Any) -> CodeType | None:
    if isinstance(value, property):
        return _code(value.fget)
    if isinstance(value, type):
        return _code(vars(value).get("__init__"))
    value = getattr(value, "__wrapped__", value)
    found = getattr(value, "__code__", None)
    return found if isinstance(found, CodeType) else None
