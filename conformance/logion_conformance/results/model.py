"""A report: one target, judged by cases, each tried once for every version.

Nothing here knows pytest, files or brokers: the plugin makes these values, the
renderers show them, and `data` keeps them as JSON.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

FORMAT = 1
"""Version of the JSON form: it grows when a reader of the last one would go wrong."""


class Verdict(StrEnum):
    """What a case came to, the most telling first."""

    FAIL = "FAIL"
    """The broker did not keep the promise."""
    PASS = "PASS"  # noqa: S105 - no password
    """It kept it."""
    UNTESTABLE = "UNTESTABLE"
    """It could not be tried: it takes more hold of the broker than the suite has."""
    UNSUPPORTED = "UNSUPPORTED"
    """The broker does not claim to have what the promise is about."""


@dataclass(frozen=True, slots=True)
class Expected:
    """That a failure is known: why it happens, and where one can read about it."""

    reason: str
    link: str


@dataclass(frozen=True, slots=True)
class Said:
    """One request and what came of it, as words and as bytes."""

    version: int
    correlation_id: int
    request: str
    answer: str
    sent: str
    """The frame that was sent, size excluded: hexadecimal digits, perhaps cut."""
    came: str
    """The frame that came, likewise; empty if none did."""
    field: str = ""
    """Path of the field in the answer that differs, if one can be named."""
    marked: tuple[int, ...] = ()
    """Where that field begins and ends in `came`, in bytes; or nothing."""


@dataclass(frozen=True, slots=True)
class Story:
    """How a failure came about."""

    looked_at: str
    """What was judged; empty if the case ended before it could judge."""
    expected: str
    came: str
    at: str
    """File and line in the case."""
    exchanges: tuple[Said, ...]
    """The last things said, in order."""
    program: str = ""
    """Python that does it again over plain sockets; empty if the case said too much."""


@dataclass(frozen=True, slots=True)
class Trial:
    """One run of a case."""

    version: int | None
    """Of the case's first API; None if the case names none."""
    verdict: Verdict
    reason: str = ""
    seconds: float = 0.0
    expected: Expected | None = None
    """Set if a failure was expected here."""
    story: Story | None = None
    """Of a failure."""

    @property
    def is_as_expected(self) -> bool:
        """Whether nobody has to act: no news of a failure, or of one that is gone."""
        if self.expected is None:
            return self.verdict != Verdict.FAIL
        return self.verdict != Verdict.PASS


@dataclass(frozen=True, slots=True)
class Judged:
    """A case and all its trials on one target."""

    id: str
    level: str
    cites: str = ""
    says: str = ""
    """The promise, in the case's words."""
    trials: tuple[Trial, ...] = ()

    @property
    def area(self) -> str:
        """Return the first word of the id."""
        return self.id.partition(".")[0]

    @property
    def verdict(self) -> Verdict:
        """Return the most telling verdict of the trials."""
        order = list(Verdict)
        return min((it.verdict for it in self.trials), key=order.index)

    @property
    def is_as_expected(self) -> bool:
        """Whether every trial is."""
        return all(it.is_as_expected for it in self.trials)


@dataclass(frozen=True, slots=True)
class Spoken:
    """The versions of an API that a target says it speaks."""

    api: str
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Target:
    """What was judged."""

    name: str
    bootstrap: str
    apis: tuple[Spoken, ...]
    trouble: str = ""
    """Why it could not be judged at all; else empty."""
    version: str = ""
    """Of what the suite has started, as those say who made it; else empty."""


@dataclass(frozen=True, slots=True)
class Early:
    """That a run was ended before it had judged all that it was to."""

    judged: int
    """Cases that came to a verdict in each version they were to be tried in."""
    chosen: int
    """Cases that were to be judged; 0 if it was ended before they were known."""


@dataclass(frozen=True, slots=True)
class Report:
    """All that a run found about one target."""

    format: int
    suite: str
    """Version of the suite."""
    started: str
    """When the run began: ISO 8601, UTC."""
    seconds: float
    is_quick: bool
    """Whether only the oldest and newest versions were tried."""
    target: Target
    cases: tuple[Judged, ...]
    ended_early: Early | None = None
    """Set if the run was ended before it was done: then `cases` is what was found."""

    @property
    def unexpected(self) -> tuple[Judged, ...]:
        """Return the cases that somebody has to look at."""
        return tuple(it for it in self.cases if not it.is_as_expected)


def count(cases: Iterable[Judged]) -> Counter[Verdict]:
    """Return how many cases came to which verdict."""
    return Counter(it.verdict for it in cases)


def areas(cases: Iterable[Judged]) -> dict[str, list[Judged]]:
    """Return the cases by area, both in the order of their names."""
    found: dict[str, list[Judged]] = {}
    for each in sorted(cases, key=lambda it: it.id):
        found.setdefault(each.area, []).append(each)
    return dict(sorted(found.items()))
