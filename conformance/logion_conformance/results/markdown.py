"""A report as Markdown: for the summary of a job, a pull request, a page."""

from __future__ import annotations

from collections.abc import Iterator

from logion_conformance.results.model import Report, areas, count
from logion_conformance.results.summary import (
    SHOWN,
    conclusion,
    known,
    news,
    not_judged,
)


def markdown(report: Report) -> str:
    """Return a report as Markdown."""
    return "\n".join(lines(report)) + "\n"


def lines(report: Report) -> Iterator[str]:
    """Yield the lines of the text."""
    yield f"## Kafka conformance: {plain(report.target.name)}"
    yield ""
    yield f"{plain(conclusion(report))}."
    yield ""
    yield f"| area | {' | '.join(SHOWN)} |"
    yield f"|---|{'---:|' * len(SHOWN)}"
    for area, cases in (*areas(report.cases).items(), ("all cases", report.cases)):
        counts = count(cases)
        yield f"| {area} | {' | '.join(str(counts[it]) for it in SHOWN)} |"
    for title, found in (
        ("To look at", news(report)),
        ("Known failures", known(report)),
        ("Not judged", not_judged(report)),
    ):
        if rows := [f"- {plain(line)}" for line in found]:
            yield from ("", f"### {title}", "", *rows)
    yield ""
    tried = "oldest and newest versions" if report.is_quick else "every version"
    when = f"{report.started[:10]}, {report.seconds:.0f} s"
    yield f"{when}, {tried}, suite {report.suite}"


def plain(words: str) -> str:
    """Return words that Markdown takes for nothing else."""
    marks = str.maketrans({it: f"\\{it}" for it in "\\`*_[]<>|#"})
    return " ".join(words.split()).translate(marks)
