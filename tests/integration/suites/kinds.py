"""What a suite is and what a run of it gives."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.root import ROOT

CACHE = (ROOT / ".cache" / "suites").resolve()
PASSED, FAILED, SKIPPED = "passed", "failed", "skipped"
SECOND_TRY = "at the second try"
TEST_SECONDS_MAX = 120
SUITE_SECONDS_MAX = 1800


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one test of a suite went."""

    result: str
    """`passed`, `failed` or `skipped`."""
    said: str = ""
    """The first line of what it said if it failed or was skipped.

    Of one that passed: whether it took a second try.
    """


Outcomes = dict[str, Outcome]
"""Each test, by the name that its suite gives it."""


@dataclass(frozen=True, slots=True)
class Run:
    """What a suite needs to run."""

    sources: Path
    """The folder with the suite's sources."""
    scratch: Path
    """A folder for what the run writes."""
    bootstrap: str
    """HOST:PORT of the broker."""


@dataclass(frozen=True, slots=True)
class Suite:
    """The tests that a client library keeps of its own."""

    name: str
    version: Callable[[], str]
    """The version of the library, as this repository pins it."""
    sources: Callable[[], Path]
    """Gets the sources of that version, once, and returns their folder."""
    run: Callable[[Run, tuple[str, ...]], Outcomes]
    """Runs the tests of these names, or all that are chosen if there are none."""
    release: str
    """The release that the broker answers as."""
    settings: Mapping[str, str] = field(default_factory=dict)
    """What the suite's own fixtures set in the broker."""
    left_out: Mapping[str, str] = field(default_factory=dict)
    """Tests that are not run, each with the reason."""
    explained: Mapping[str, str] = field(default_factory=dict)
    """Tests that fail, each with the reason."""
    races: Mapping[str, str] = field(default_factory=dict)
    """Tests that now fail and now pass, on Apache Kafka too, each with the reason."""
