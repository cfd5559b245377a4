"""A report in a few lines of text: the count by area, and what wants looking at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from logion_conformance.results.model import Judged, Report, Verdict, areas, count

SHOWN = (Verdict.PASS, Verdict.FAIL, Verdict.UNSUPPORTED, Verdict.UNTESTABLE)


def table(report: Report) -> Iterator[str]:
    """Yield a table: how many cases of each area came to which verdict."""
    by_area = areas(report.cases)
    total = count(report.cases)
    verdicts = [it for it in SHOWN if total[it] or it in SHOWN[:2]]
    width = max(map(len, ["all cases", *by_area]))
    yield "  ".join(["area".ljust(width), *verdicts])
    for area, cases in by_area.items():
        yield row(area.ljust(width), count(cases), verdicts)
    yield row("all cases".ljust(width), total, verdicts)


def row(title: str, counts: Counter[Verdict], verdicts: Iterable[Verdict]) -> str:
    """Return one line of the table."""
    return "  ".join([title, *(str(counts[it]).rjust(len(it)) for it in verdicts)])


def not_judged(report: Report) -> Iterator[str]:
    """Yield a line for each reason why cases were not judged."""
    for verdict in (Verdict.UNSUPPORTED, Verdict.UNTESTABLE):
        by_reason: dict[str, list[str]] = {}
        for case in report.cases:
            if case.verdict == verdict:
                reasons = {it.reason: None for it in case.trials}
                by_reason.setdefault("; ".join(reasons), []).append(case.id)
        for reason, ids in sorted(by_reason.items()):
            yield f"{verdict}, {reason}: {', '.join(sorted(ids))}"


def known(report: Report) -> Iterator[str]:
    """Yield a line for each case that failed as it was expected to."""
    for case in report.cases:
        trials = [it for it in case.trials if it.expected and it.is_as_expected]
        if trials and (because := trials[0].expected):
            tried = versions(case, trials)
            yield f"known: {case.id}{tried}: {because.reason} ({because.link})"


def news(report: Report) -> Iterator[str]:
    """Yield a line for each case that somebody has to look at."""
    for case in report.unexpected:
        trials = [it for it in case.trials if not it.is_as_expected]
        failed = [it for it in trials if it.verdict == Verdict.FAIL]
        passed = [it for it in trials if it.verdict == Verdict.PASS]
        if failed:
            tried = versions(case, failed)
            yield f"FAIL: {case.id} ({case.level}){tried}: {one_line(failed[0].reason)}"
        if passed and (because := passed[0].expected):
            tried = versions(case, passed)
            yield f"PASS, unexpected: {case.id}{tried}: no longer {because.reason!r}"


def versions(case: Judged, trials: Iterable[object]) -> str:
    """Return which versions some trials of a case are of; empty if all are meant."""
    chosen = list(trials)
    if len(chosen) == len(case.trials):
        return ""
    numbers = [str(it.version) for it in case.trials if it in chosen]
    return f" in version{'s' if len(numbers) > 1 else ''} {', '.join(numbers)}"


def one_line(text: str, size_max: int = 200) -> str:
    """Return a text in one line, cut if it is long."""
    line = " ".join(text.split())
    return line if len(line) <= size_max else f"{line[:size_max]}..."


def early(report: Report) -> str:
    """Return how far a run came that was ended early; empty for any other."""
    if report.ended_early is None:
        return ""
    judged, chosen = report.ended_early.judged, report.ended_early.chosen
    if not chosen:
        return "ended early: before the cases to judge were known"
    return f"ended early: {judged} of {chosen} cases judged"


def conclusion(report: Report) -> str:
    """Return the last line: whether the broker keeps its promises, in one sentence."""
    return "; ".join(filter(None, (kept_by(report), early(report))))


def kept_by(report: Report) -> str:
    """Return what the sentence says of the promises that were judged."""
    counts = count(report.cases)
    judged = counts[Verdict.PASS] + counts[Verdict.FAIL]
    if report.target.trouble:
        return f"{report.target.name} was not judged: {report.target.trouble}"
    if not judged:
        came = "no promise judged" if report.ended_early else "no case applied"
        return f"{report.target.name}: {came}"
    text = f"{report.target.name} keeps {counts[Verdict.PASS]} of {judged} promises"
    expected = sum(1 for _ in known(report))
    text += f"; failures known: {expected}" if expected else ""
    unexpected = len(report.unexpected)
    return f"{text}; to look at: {unexpected}" if unexpected else text
