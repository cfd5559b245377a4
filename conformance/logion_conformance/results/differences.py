"""Where reports differ: cases that came to another verdict on another target."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from logion_conformance.results.model import Judged, Report, Verdict


class Row(NamedTuple):
    """One case on every target; None where it was not tried."""

    id: str
    level: str
    cells: tuple[Judged | None, ...]

    def differs(self) -> bool:
        """Whether the first two targets came to different verdicts."""
        return len({verdict_of(it) for it in self.cells[:2]}) > 1

    def contradicts(self) -> bool:
        """Whether one of the first two targets keeps the promise and one does not."""
        return {verdict_of(it) for it in self.cells[:2]} == {Verdict.PASS, Verdict.FAIL}

    @property
    def any(self) -> Judged:
        """Return the case as the first target that has it."""
        return next(it for it in self.cells if it is not None)


def verdict_of(case: Judged | None) -> str:
    """Return the verdict of a case; where it was not tried, that."""
    return case.verdict if case is not None else "not tried"


def rows(reports: Sequence[Report]) -> tuple[Row, ...]:
    """Return the cases of all reports, by their ids."""
    found: list[dict[str, Judged]] = [
        {case.id: case for case in report.cases} for report in reports
    ]
    levels = {case.id: case.level for report in reports for case in report.cases}
    return tuple(
        Row(id_, level, tuple(each.get(id_) for each in found))
        for id_, level in sorted(levels.items())
    )


def compared(left: Report, right: Report) -> Iterator[str]:
    """Yield a line for each case that came to another verdict on the other target."""
    for row in rows((left, right)):
        if row.differs():
            one, other = map(told, row.cells)
            yield f"{row.id} ({row.level})"
            yield f"  {left.target.name}: {one}"
            yield f"  {right.target.name}: {other}"


def told(case: Judged | None) -> str:
    """Return the verdict of a case and why, in one line."""
    if case is None:
        return verdict_of(case)
    reasons = (it.reason for it in case.trials if it.verdict == case.verdict)
    reason = " ".join(next(reasons).split())
    return f"{case.verdict}: {reason}" if reason else str(case.verdict)
