"""What a check found, beside what was expected, as text and as JSON."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from logion_model.checkpoint import About
from logion_model.entry import Entry, difference, written
from logion_model.kernel import Report, Violation
from logion_model.pictures.words import words_of


@dataclass(frozen=True, slots=True)
class Outcome:
    """One check: which, what it found, and what the catalogue expects of it."""

    about: About
    report: Report[Any]
    seconds: float
    expected: Entry | None

    @property
    def difference(self) -> str | None:
        """Return what was found instead of what was expected, None if nothing."""
        if self.expected is None or self.report.verdict == "bounded":
            return None
        return difference(self.expected, self.report)

    @property
    def trace_length(self) -> int | None:
        """Return the states in the shortest counterexample, None without one."""
        violation = self.report.violation
        return None if violation is None else violation.length

    @property
    def row(self) -> dict[str, object]:
        """Return it as one flat JSON object."""
        return {
            "name": self.about.name,
            "scope": list(self.about.scope),
            "properties": self.about.properties,
            "verdict": self.report.verdict,
            "distinct": self.report.distinct,
            "depth": self.report.depth,
            "trace_length": self.trace_length,
            "seconds": round(self.seconds, 3),
            "expected": None if self.expected is None else str(self.expected),
            "difference": self.difference,
        }

    @property
    def whole(self) -> dict[str, object]:
        """Return it as a JSON object with counts per action and counterexamples."""
        report = self.report
        return self.row | {
            "complete": report.complete,
            "generated": report.generated,
            **self._counted,
            "odds_of_collision": report.odds_of_collision,
            "violations": [_violation_as_json(found) for found in report.violations],
        }

    @property
    def _counted(self) -> dict[str, object]:
        """Return how often what was done and seen; null where nobody looked."""
        report = self.report
        counted: dict[str, object] = {
            "taken": dict(report.taken),
            "never_taken": list(report.never_taken),
            "unreached": list(report.unreached),
        }
        return counted if report.is_counted else dict.fromkeys(counted)

    @property
    def lines(self) -> list[str]:
        """Return it as text: counts, actions, counterexamples."""
        report = self.report
        return [
            f"{self.about.name} at {written(self.about.scope)}: {_verdict(report)}",
            _counts(report),
            *_odds(report),
            *(f"  {times:9,}  {name}" for name, times in report.taken.items()),
            *(f"never taken: {name}" for name in report.never_taken),
            *(f"never seen: {name}" for name in report.unreached),
            *(words_of(violation) for violation in report.violations),
            *self._expectation,
        ]

    @property
    def _expectation(self) -> list[str]:
        if self.expected is None or self.report.verdict == "bounded":
            return []
        if self.difference is None:
            return ["as expected"]
        return [f"NOT AS EXPECTED: {self.expected}", f"found {self.difference}"]


def _verdict(report: Report[Any]) -> str:
    """Return it, without a claim that no one looked at: that all actions were taken."""
    is_all_known = report.is_counted or report.verdict != "holds"
    return (
        report.verdict if is_all_known else "holds; actions are not counted by --fast"
    )


def _counts(report: Report[Any]) -> str:
    states, steps = f"{report.distinct:,} states", f"{report.generated:,} steps"
    return f"{states}, {steps}, depth {report.depth}"


def _odds(report: Report[Any]) -> list[str]:
    odds = report.odds_of_collision
    return [f"odds that a state was missed: {odds:.1g}"] if odds else []


def _violation_as_json(violation: Violation[Any]) -> dict[str, object]:
    actions = [str(step.action) for step in violation.steps if step.action is not None]
    return {
        "property": violation.broken,
        "source": violation.source,
        "length": violation.length,
        "actions": actions,
    }
