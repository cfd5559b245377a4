"""A failure as a short story: the promise, what was expected, what came, what was said.

`judge` makes the trial that a report keeps out of what pytest says of a test; `told`
is how a story reads in a terminal.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Sequence
from pathlib import Path
from textwrap import indent

import pytest
from logion.client.connection import Exchange

from logion_conformance import telling
from logion_conformance.case import UNTESTABLE, Case
from logion_conformance.expect import Broken
from logion_conformance.locating import Place, located
from logion_conformance.results import hexdump
from logion_conformance.results.model import (
    Expected,
    Judged,
    Said,
    Story,
    Trial,
    Verdict,
)

PACKAGE = Path(__file__).parent

EXCHANGES_MAX = 6
"""How many of the last exchanges a failure shows."""

BYTES_MAX = 512
"""Bytes of one frame kept at most."""

LINES_MAX = 4
"""Lines of bytes shown at most, from the marked field on."""

MESSAGE_SIZE_MAX = 700
"""Characters of one message shown at most."""


def judge(
    item: pytest.Item,
    made: pytest.TestReport,
    error: BaseException | None,
    story: Story | None,
    expected: Expected | None,
) -> Trial:
    """Return what one phase of a test says of the broker."""
    verdict, reason = Verdict.PASS, ""
    if isinstance(error, pytest.skip.Exception):
        is_untestable = str(error).startswith(UNTESTABLE)
        verdict = Verdict.UNTESTABLE if is_untestable else Verdict.UNSUPPORTED
        reason = str(error).removeprefix(UNTESTABLE)
    elif error is not None:
        verdict, reason = Verdict.FAIL, f"{type(error).__name__}: {error}"
        if isinstance(error, Broken):
            reason = str(error)
    version = version_of(item)
    return Trial(version, verdict, reason, round(made.duration, 3), expected, story)


def version_of(item: pytest.Item) -> int | None:
    """Return the version a test tries; None if it has no parameter of the name."""
    callspec = getattr(item, "callspec", None)
    return callspec.params.get("version") if callspec else None


def judged(item: pytest.Item, subject: Case, trial: Trial) -> Judged:
    """Return a case as reports have it, with one trial."""
    says = " ".join(clause_of(item))
    return Judged(subject.id, subject.level, subject.cites, says, (trial,))


def story_of(
    item: pytest.Item,
    excinfo: pytest.ExceptionInfo[BaseException],
    exchanges: Sequence[Exchange],
) -> Story:
    """Return how a failure came about."""
    error = excinfo.value
    said = tuple(marked(exchanges[-EXCHANGES_MAX:], error))
    at = where(excinfo, item)
    if isinstance(error, Broken):
        return Story(error.what, error.expected, error.came, at, said)
    return Story("", "", f"{type(error).__name__}: {error}", at, said)


def marked(exchanges: Sequence[Exchange], error: BaseException) -> list[Said]:
    """Return exchanges as they are told; the field an error is about is marked once."""
    told = [said_in(it, None) for it in exchanges]
    for at in reversed(range(len(exchanges))):
        if place := located(exchanges[at], error):
            told[at] = said_in(exchanges[at], place)
            break
    return told


def said_in(exchange: Exchange, place: Place | None) -> Said:
    """Return an exchange as it is told."""
    request, answer = exchange.request, exchange.answer
    came = "(no answer is awaited)" if answer is None else cut(telling.told(answer))
    is_kept = place is not None and place.end <= BYTES_MAX
    return Said(
        exchange.version,
        exchange.correlation_id,
        cut(telling.told(request)),
        came,
        exchange.sent[:BYTES_MAX].hex(),
        exchange.came[:BYTES_MAX].hex(),
        place.path if place else "",
        (place.begin, place.end) if place and is_kept else (),
    )


def told(item: pytest.Item, subject: Case, story: Story) -> str:
    """Return the story of a failure: clause, expected, came, exchange."""
    first, *more = clause_of(item)
    lines = [f"{subject.id}   ({subject.level}; {item.name})", f"  says      {first}"]
    lines += [f"            {line}" for line in more]
    lines += [f"  cites     {subject.cites}"]
    if story.looked_at:
        lines += [f"  looked at {story.looked_at}", f"  expected  {story.expected}"]
    lines += [f"  came      {story.came}", f"  at        {story.at}"]
    lines += ["  exchange, last things said:"]
    lines += [indent(line, "    ") for line in conversation(story.exchanges)]
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
    file = Path(entry.path)
    if file.is_relative_to(PACKAGE.parent):  # the same on every machine
        file = file.relative_to(PACKAGE.parent)
    return f"{file}:{entry.lineno + 1}"


def conversation(exchanges: Sequence[Said]) -> Iterator[str]:
    """Yield requests and what came of each."""
    if not exchanges:
        yield "(nothing was asked)"
    for said in exchanges:
        yield f"-> #{said.correlation_id} v{said.version} {said.request}"
        yield f"<- {said.answer}"
        if said.field:
            yield f"differs: {said.field}"
            yield from around(said)


def around(said: Said) -> list[str]:
    """Return the bytes of an answer near the field that is marked."""
    if not said.marked:
        return []
    first = said.marked[0] // hexdump.WIDTH
    lines = [str(it) for it in hexdump.lines(said.came, said.marked)]
    return lines[max(0, first - 1) : first + LINES_MAX]


def cut(text: str) -> str:
    """Return a text, without its end if it is very long."""
    if len(text) <= MESSAGE_SIZE_MAX:
        return text
    return f"{text[:MESSAGE_SIZE_MAX]}... ({len(text)} characters)"
