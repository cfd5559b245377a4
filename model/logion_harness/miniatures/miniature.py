"""What a miniature is: a name, the rule it breaks, the cases that catch it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

from logion.config import NEWEST_RELEASE


@dataclass(frozen=True, slots=True)
class Defect:
    """What makes every broker of this process wrong."""

    targets: tuple[str, ...]
    """Functions of the broker, "package.module:Class.name": as long as none of them is
    called, nothing is wrong."""
    put_in: Callable[[], AbstractContextManager[object]]
    """Wrong is the broker while what this returns is entered."""


@dataclass(frozen=True, slots=True)
class Miniature:
    """The reference with one defect."""

    name: str
    breaks: str
    """What it does wrong, as the end of a sentence that begins with "it"."""
    cases: tuple[str, ...]
    """Ids of the conformance suite's cases, each of which has to fail on it. What each
    of them cites is the promise that is broken."""
    defect: Defect
    release: str = NEWEST_RELEASE
    """The release it plays."""
