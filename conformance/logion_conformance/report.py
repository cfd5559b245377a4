"""What a reader gets to see: a failure as a short story, and the count at the end."""

from __future__ import annotations

import inspect
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from textwrap import indent
from typing import Any

import pytest
from logion.client.connection import Exchange

from logion_conformance.case import Case
from logion_conformance.expect import Broken
from logion_conformance.targets import Target
from logion_conformance.telling import told

UNSUPPORTED = "UNSUPPORTED"

EXCHANGES_MAX = 6
"""How many of the last exchanges a failure shows."""

MESSAGE_SIZE_MAX = 700
"""Characters of one message shown at most."""

VERDICTS = {
    "passed": "passed",
    "failed": "FAILED",
    "error": "ERROR",
    "skipped": "unsupported",
    "xfailed": "failed, as expected",
    "xpassed": "passed, against expectation",
}
"""What pytest calls an outcome, and what the summary does."""


def failure(
    item: pytest.Item,
    subject: Case,
    excinfo: pytest.ExceptionInfo[BaseException],
    exchanges: Sequence[Exchange],
) -> str:
    """Return the story of a failure: clause, expected, came, exchange."""
    error = excinfo.value
    lines = [f"{subject.id}   ({subject.level}; {item.name})"]
    lines += [f"  says      {line}" for line in clause_of(item)[:1]]
    lines += [f"            {line}" for line in clause_of(item)[1:]]
    lines += [f"  cites     {subject.cites}"]
    if isinstance(error, Broken):
        lines += [
            f"  looked at {error.what}",
            f"  expected  {error.expected}",
            f"  came      {error.came}",
        ]
    else:
        lines += [f"  came      {type(error).__name__}: {error}"]
    lines += [f"  at        {where(excinfo, item)}", "  exchange, last things said:"]
    lines += [indent(line, "    ") for line in conversation(exchanges)]
    return "\n".join(lines)


def clause_of(item: pytest.Item) -> list[str]:
    """Return the words of the case: the docstring of its function."""
    assert isinstance(item, pytest.Function)
    case_function = getattr(item.module, item.originalname)  # not pytest-trio's runner
    return (inspect.getdoc(case_function) or "(no words)").splitlines()


def where(excinfo: pytest.ExceptionInfo[BaseException], item: pytest.Item) -> str:
    """Return file and line in the case where it went wrong."""
    inside = [entry for entry in excinfo.traceback if str(entry.path) == str(item.path)]
    entry = (inside or list(excinfo.traceback))[-1]
    return f"{entry.path}:{entry.lineno + 1}"


def conversation(exchanges: Sequence[Exchange]) -> Iterator[str]:
    """Yield the last requests and what came of each."""
    if not exchanges:
        yield "(nothing was asked)"
    for request, version, correlation_id, answer in exchanges[-EXCHANGES_MAX:]:
        yield f"-> #{correlation_id} v{version} {cut(told(request))}"
        came = "(no answer is awaited)" if answer is None else cut(told(answer))
        yield f"<- {came}"


def cut(text: str) -> str:
    """Return a text, without its end if it is very long."""
    if len(text) <= MESSAGE_SIZE_MAX:
        return text
    return f"{text[:MESSAGE_SIZE_MAX]}... ({len(text)} characters)"


def judged(stats: Mapping[str, Sequence[Any]]) -> int:
    """Return how many cases came to a verdict."""
    return sum(len(stats.get(key, ())) for key in VERDICTS if key != "skipped")


def summarise(terminal: pytest.TerminalReporter, target: Target) -> None:
    """Write how many cases came out how: in all, and by area."""
    rows = count(terminal.stats)
    if not rows:
        return
    where = ", ".join(map(str, target.bootstrap))
    terminal.section(f"conformance of {where}")
    verdicts = [
        name for name in VERDICTS.values() if any(row[name] for row in rows.values())
    ]
    width = max(len("all cases"), *map(len, rows))
    terminal.line("  ".join(["area".ljust(width), *verdicts]))
    total: Counter[str] = Counter()
    for area, row in sorted(rows.items()):
        total += row
        terminal.line(row_text(area, row, verdicts, width))
    terminal.line(row_text("all cases", total, verdicts, width))
    for reason, cases in sorted(skipped(terminal.stats).items()):
        terminal.line(f"unsupported, {reason}: {', '.join(sorted(cases))}")
    for case_id, level in sorted(failed(terminal.stats).items()):
        terminal.line(f"broken: {case_id} ({level})", red=True)


def row_text(area: str, row: Counter[str], verdicts: Iterable[str], width: int) -> str:
    """Return one line of the table."""
    cells = [str(row[verdict]).rjust(len(verdict)) for verdict in verdicts]
    return "  ".join([area.ljust(width), *cells])


def count(stats: Mapping[str, Sequence[Any]]) -> dict[str, Counter[str]]:
    """Return the number of cases by area and verdict, one for each version tried."""
    rows: dict[str, Counter[str]] = {}
    for outcome, verdict in VERDICTS.items():
        for made in stats.get(outcome, ()):
            case_id = properties_of(made).get("case")
            if case_id is not None:
                area = case_id.partition(".")[0]
                rows.setdefault(area, Counter())[verdict] += 1
    return rows


def skipped(stats: Mapping[str, Sequence[Any]]) -> dict[str, set[str]]:
    """Return the ids of the cases that were not judged, by the reason why."""
    found: dict[str, set[str]] = {}
    for made in stats.get("skipped", ()):
        case_id = properties_of(made).get("case")
        if case_id is not None:
            text = made.longrepr[2].removeprefix("Skipped: ")
            reason = text.removeprefix(f"{UNSUPPORTED} {case_id}: ")
            found.setdefault(reason, set()).add(case_id)
    return found


def failed(stats: Mapping[str, Sequence[Any]]) -> dict[str, str]:
    """Return the cases that failed or met an error: their levels by their ids."""
    made = [*stats.get("failed", ()), *stats.get("error", ())]
    said = [properties_of(each) for each in made]
    return {each["case"]: each["level"] for each in said if "case" in each}


def properties_of(made: Any) -> dict[str, str]:
    """Return what the plugin has noted on a report of pytest: its case and level."""
    return dict(getattr(made, "user_properties", ()))
