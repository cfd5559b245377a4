"""What a run leaves behind: verdicts gathered, known failures held to, reports written.

A part of the plugin. Processes of pytest-xdist judge, and send what they found with
pytest's own reports; the main process gathers it and writes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from time import perf_counter
from typing import Any

import pytest
from logion import __version__
from logion.client.connection import Exchange

from logion_conformance import case as cases
from logion_conformance import expected, report
from logion_conformance.catalogue import functions
from logion_conformance.programs import program
from logion_conformance.results import data, summary
from logion_conformance.results.badge import badge
from logion_conformance.results.markdown import markdown
from logion_conformance.results.model import (
    FORMAT,
    Early,
    Expected,
    Judged,
    Report,
    Story,
    Target,
    Verdict,
    count,
)
from logion_conformance.results.page import page
from logion_conformance.tape import Tape

NOT_DONE = 2
"""Exit status if there is no broker to judge, or a report cannot be written."""

NOTHING_JUDGED = 5
"""Exit status if no case applies: as pytest's when it collects nothing."""

WRITERS: dict[str, Callable[[Report], str]] = {
    "json": data.write,
    "html": lambda found: page([found]),
    "markdown": markdown,
    "badge": badge,
}
"""Form of a report, to what writes it: `--report-json FILE` and so on."""

EXCHANGES = pytest.StashKey[list[Exchange]]()
TAPE = pytest.StashKey[Tape]()
FAILURES = pytest.StashKey[tuple[expected.Failure, ...]]()
GATHERED = pytest.StashKey["Gathered"]()
FOUND = "logion_conformance"
"""Attribute of a report of pytest that carries what the case found."""


class Gathered:
    """What the run has found so far: a plugin of the main process."""

    def __init__(self, target: Target, *, is_quick: bool) -> None:
        """Begin with nothing found about `target`."""
        self.target = target
        self.written: list[str] = []
        """What became of the reports, a line for each."""
        self.notes: list[str] = []
        """What else has to be said of the run, a line for each."""
        self._is_quick = is_quick
        self._started = datetime.now(UTC).isoformat(timespec="seconds")
        self._begun = perf_counter()
        self._tests: dict[str, Judged] = {}
        self._chosen: dict[str, str] = {}
        """Id of the case, by the test that was chosen to try it."""
        self._is_collected = False
        self._is_interrupted = False

    def pytest_keyboard_interrupt(self) -> None:
        """Note that the run was ended."""
        self._is_interrupted = True

    def pytest_collection_modifyitems(self) -> None:
        """Note that all has been found that there is, which an end may prevent."""
        self._is_collected = True

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Note what is to be run, where this process collects."""
        if self._is_collected:
            tried = {item.nodeid: cases.case_of(item) for item in session.items}
            self._chosen = {test: case.id for test, case in tried.items() if case}

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, ids: Sequence[str]) -> None:
        """Note what is to be run by processes of pytest-xdist: each of them has all."""
        self._chosen = {test: case for test in ids if (case := case_tried_by(test))}

    def ended_early(self) -> Early | None:
        """Return how far the run came, if it has not tried all that was chosen."""
        if not self._chosen:
            return Early(0, 0) if self._is_interrupted else None
        left = {case for test, case in self._chosen.items() if test not in self._tests}
        every = set(self._chosen.values())
        return Early(len(every - left), len(every)) if left else None

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep what a test found, wherever it ran; a later failure outweighs a pass."""
        found = getattr(report, FOUND, None)
        if found is None:
            return
        judged = data.value_of(Judged, found, "")
        before = self._tests.get(report.nodeid)
        if before is None or judged.verdict == Verdict.FAIL != before.verdict:
            self._tests[report.nodeid] = judged

    def as_report(self) -> Report:
        """Return the report of the run so far."""
        return Report(
            FORMAT,
            __version__,
            self._started,
            round(perf_counter() - self._begun, 1),
            self._is_quick,
            self.target,
            joined(self._tests.values()),
            self.ended_early(),
        )


def case_tried_by(test: str) -> str | None:
    """Return the id of the case that a test tries, by its node id; None if none is."""
    file, _, function = test.partition("::")
    return by_place().get((Path(file).stem, function.partition("[")[0]))


@cache
def by_place() -> Mapping[tuple[str, str], str]:
    """Return the ids of all cases, by the names of module and function; pytest leaves
    out the module where it was asked for one alone."""
    named = [
        (function.__module__.rpartition(".")[2], function.__name__, case.id)
        for case, function in functions()
    ]
    alone = {("", name): case_id for _, name, case_id in named}
    return alone | {(module, name): case_id for module, name, case_id in named}


def joined(trials: Iterable[Judged]) -> tuple[Judged, ...]:
    """Return cases with all their trials out of cases with one each, by id."""
    found: dict[str, Judged] = {}
    for each in trials:
        before = found.get(each.id)
        tried = (*before.trials, *each.trials) if before else each.trials
        by_version = sorted(
            tried, key=lambda it: -1 if it.version is None else it.version
        )
        found[each.id] = replace(each, trials=tuple(by_version))
    return tuple(sorted(found.values(), key=lambda it: it.id))


def add_options(group: pytest.OptionGroup) -> None:
    """Declare the options about reports and about failures that are expected."""
    group.addoption(
        "--expected",
        metavar="FILE",
        type=Path,
        help="failures that are known: each has to fail (TOML; for targets that the "
        "suite starts it has a list of its own)",
    )
    group.addoption(
        "--name", metavar="TEXT", help="what reports call the broker under test"
    )
    for form in WRITERS:
        group.addoption(
            f"--report-{form}",
            metavar="FILE",
            type=Path,
            help=f"write what was found as {form}",
        )


def begin(config: pytest.Config, target: Target) -> Gathered:
    """Begin to gather what is found about a target, and return where."""
    called = replace(target, name=config.option.name or target.name)
    gathered = Gathered(called, is_quick=config.option.quick)
    config.stash[GATHERED] = gathered
    config.pluginmanager.register(gathered)
    return gathered


def hold_to(config: pytest.Config, target: str) -> None:
    """Read the failures that are expected of a target; ValueError if it cannot be."""
    file = config.option.expected
    config.stash[FAILURES] = (
        expected.read_file(file) if file else expected.shipped(target)
    )


def write(config: pytest.Config, gathered: Gathered) -> bool:
    """Write the reports that were asked for; tell whether all could be."""
    is_written = True
    for form, text_of in WRITERS.items():
        file: Path | None = getattr(config.option, f"report_{form}")
        if file is None:
            continue
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text_of(gathered.as_report()), encoding="utf-8")
        except OSError as failure:
            gathered.written.append(f"the report was not written: {failure}")
            is_written = False
        else:
            gathered.written.append(f"report: {file.resolve().as_uri()}")
    return is_written


def expectation(item: pytest.Item, subject: cases.Case) -> Expected | None:
    """Return why a test is expected to fail; None if it is not."""
    failures = item.config.stash.get(FAILURES, ())
    return expected.expected_of(failures, subject.id, report.version_of(item))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that are expected to fail; strictly, so that a pass is told."""
    for item in items:
        subject = cases.case_of(item)
        if subject is not None and (known := expectation(item, subject)):
            reason = f"{subject.id}: {known.reason} ({known.link})"
            item.add_marker(pytest.mark.xfail(reason=reason, strict=True))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Forget what a case said and heard once it is judged: a failure has told it."""
    done = yield
    item.stash[EXCHANGES] = []
    item.stash[TAPE] = Tape()
    return done


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Any:
    """Show a failure as the case, what was expected, what came, and the exchange."""
    made: pytest.TestReport = yield
    subject = cases.case_of(item)
    if subject is not None and (call.excinfo is not None or made.when == "call"):
        found = found_by(item, subject, made, call)
        item.user_properties.append(("verdict", str(found.verdict)))
        setattr(made, FOUND, data.plain(found))
    return made


def found_by(
    item: pytest.Item,
    subject: cases.Case,
    made: pytest.TestReport,
    call: pytest.CallInfo[None],
) -> Judged:
    """Return what one phase of a test found; pytest's report tells it likewise."""
    error = call.excinfo.value if call.excinfo else None
    story = None
    if call.excinfo and not isinstance(error, pytest.skip.Exception):
        said = item.stash.get(EXCHANGES, [])
        story = report.story_of(item, call.excinfo, said)
        story = replace(story, program=again(item, subject, story))
    trial = report.judge(item, made, error, story, expectation(item, subject))
    if made.failed and story:
        made.longrepr = report.told(item, subject, story)
    elif isinstance(made.longrepr, tuple):
        text = f"Skipped: {trial.verdict} {subject.id}: {trial.reason}"
        made.longrepr = (*made.longrepr[:2], text)
    return report.judged(item, subject, trial)


def again(item: pytest.Item, subject: cases.Case, story: Story) -> str:
    """Return the program that does again what a case did until it failed."""
    tape = item.stash.get(TAPE, None)
    if tape is None or tape.is_full or not tape.events:
        return ""
    clause = " ".join(report.clause_of(item))
    judged = (
        f"{story.looked_at}: expected {story.expected}; " if story.looked_at else ""
    )
    title = f"{subject.id} ({subject.level}): {clause}\n\n{judged}came {story.came}."
    host, port = tape.address
    return program(tape.events, title=title, broker=f"{host}:{port}", run=tape.run)


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Write the reports; a run in which nothing was judged has failed."""
    gathered = session.config.stash.get(GATHERED, None)
    if gathered is None or session.config.option.collectonly:
        return
    counts = count(gathered.as_report().cases)
    if exitstatus == 0 and not counts[Verdict.PASS] + counts[Verdict.FAIL]:
        session.exitstatus = NOTHING_JUDGED
    if not write(session.config, gathered):
        session.exitstatus = NOT_DONE


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter,
) -> Iterator[None]:
    """Say what came out once pytest has said what it has to, such as who was skipped:
    what is last is read."""
    yield
    tell(terminalreporter)


def tell(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many cases came out how, by area, and where the reports are."""
    gathered = terminalreporter.config.stash.get(GATHERED, None)
    if gathered is None or terminalreporter.config.option.collectonly:
        return
    found = gathered.as_report()
    terminalreporter.section(f"conformance of {found.target.name}")
    for line in (*summary.table(found), *summary.not_judged(found)):
        terminalreporter.line(line)
    for line in summary.known(found):
        terminalreporter.line(line, yellow=True)
    for line in summary.news(found):
        terminalreporter.line(line, red=True)
    for line in (*gathered.notes, summary.conclusion(found), *gathered.written):
        terminalreporter.line(line)
