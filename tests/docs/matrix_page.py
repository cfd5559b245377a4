"""Judges every target with the conformance suite, and keeps what was found.

    .venv/bin/python -m tests.docs.matrix_page           # all, an hour or two
    .venv/bin/python -m tests.docs.matrix_page logion-2.8 apache-2.8
    .venv/bin/python -m tests.docs.matrix_page --case 'restart.*' kfake   # these anew
    .venv/bin/python -m tests.docs.matrix_page --page    # from what is kept

Verdicts go to `docs/conformance/TARGET.json`, from which `docs/conformance-results.md`
is made; whole reports, with what was said, to `.cache/matrix`, and into one page there.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from base64 import b64decode
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from logion.protocol.releases import RELEASES
from logion_conformance.apache import PATCHES
from logion_conformance.guarding import NOT_BUILT
from logion_conformance.results import data, summary
from logion_conformance.results.differences import Row, rows, told, verdict_of
from logion_conformance.results.model import Judged, Report, Verdict, areas, count
from logion_conformance.results.page import page

from tests.integration.browser import browser, prefer, resize
from tests.root import ROOT

KEPT = ROOT / "docs" / "conformance"
PAGE = ROOT / "docs" / "conformance-results.md"
REPORTS = ROOT / ".cache" / "matrix"
MATRIX = ROOT / ".cache" / "conformance-matrix.html"
PICTURE = ROOT / "docs" / "images" / "conformance.png"

STAND_INS = ("librdkafka-mock", "kfake")
PICTURED = ("logion", "kfake", "librdkafka-mock", "apache-4.3")
"""The reference first, beside a stand-in: the differences between the two are shown."""

PATIENCE, PATIENCE_WITH_STAND_INS = 4, 0.4
"""A broker may be slow on a busy machine; a stand-in leaves much unanswered."""

RUN_SECONDS_MAX = 3600
WIDTH, HEIGHT, SCALE = 1120, 1100, 1.5

HEAD = """# What the conformance suite found

Written by `make matrix`, never by hand; a test compares. The suite starts each target,
judges it (`pytest conformance/ --target NAME --quick --with-stops`: of each API the
oldest and the newest version that both sides speak), and keeps the verdicts in
[conformance/](conformance), in the form of [reports](conformance-report.md):

    make matrix                                    # all, an hour or two on 2 cores
    make matrix TARGETS="logion-2.8 apache-2.8"    # these
    cd docs/conformance; logion conformance compare kfake.json apache-4.3.json

*Known* failures are those of the lists that come with the suite
(`logion_conformance/expectations`); they are among the failures. Seconds are those of
a machine that had other things to do. Fewer cases are those of a run that stopped no
broker. Some cases were judged anew later, beside the others (`--case`).
"""

COLUMNS = (
    *("target", "version", "cases", "PASS", "FAIL", "known", "UNSUPPORTED"),
    *("UNTESTABLE", "seconds", "date"),
)


def sides(release: str) -> tuple[str, str]:
    """Return what the reference and Apache Kafka of a release are called."""
    is_newest = release == RELEASES[-1]
    return "logion" if is_newest else f"logion-{release}", f"apache-{release}"


TARGETS = (*(name for release in PATCHES for name in sides(release)), *STAND_INS)


# --- runs -----------------------------------------------------------------------------


def judge(target: str, case: str) -> bool:
    """Judge a target by all cases, or some, and keep what was found; tell if there is a
    report. That of some cases leaves the whole one as it is, which is pictured."""
    patience = PATIENCE_WITH_STAND_INS if target in STAND_INS else PATIENCE
    report = REPORTS / (f"{target}-part.json" if case else f"{target}.json")
    report.parent.mkdir(parents=True, exist_ok=True)
    report.unlink(missing_ok=True)
    command = [
        *(
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "conformance",
            "-p",
            "no:cacheprovider",
        ),
        *("--target", target, "--quick", "--with-stops"),
        *("--patience", str(patience), "--report-json", str(report)),
        *(("--case", case) if case else ()),
    ]
    subprocess.run(command, cwd=ROOT, timeout=RUN_SECONDS_MAX, check=False)
    if report.exists():
        keep(target, data.read(report.read_text()), is_part=bool(case))
    return report.exists()


def keep(target: str, report: Report, *, is_part: bool = False) -> None:
    """Keep the verdicts on a target, unless it could not be judged; those of a part of
    the cases beside what is kept of the others."""
    if report.target.trouble:
        return
    KEPT.mkdir(exist_ok=True)
    file = KEPT / f"{target}.json"
    if is_part and file.exists():
        report = with_part(data.read(file.read_text()), report)
    file.write_text(data.brief(report))


def with_part(whole: Report, part: Report) -> Report:
    """Return a report in which some cases have been judged anew."""
    cases = {it.id: it for it in (*whole.cases, *part.cases)}
    return replace(whole, cases=tuple(cases[id_] for id_ in sorted(cases)))


def kept() -> dict[str, Report]:
    """Return what is kept, by target, in the order of TARGETS."""
    files = {name: KEPT / f"{name}.json" for name in TARGETS}
    return {
        name: data.read(file.read_text())
        for name, file in files.items()
        if file.exists()
    }


def draw(names: Sequence[str]) -> None:
    """Write the reports of some targets as one page, and a picture of it."""
    files = [REPORTS / f"{name}.json" for name in names]
    MATRIX.write_text(page([data.read(file.read_text()) for file in files]))
    with browser() as chromium:
        prefer(chromium, "light")
        resize(chromium, WIDTH, HEIGHT, scale=SCALE)
        chromium.get(MATRIX.as_uri())
        PICTURE.write_bytes(b64decode(chromium.get_screenshot_as_base64()))


# --- the page -------------------------------------------------------------------------


def document(reports: Mapping[str, Report]) -> str:
    """Return the page about what is kept."""
    parts = [
        HEAD,
        *table(reports),
        *missing(reports),
        *beside_apache(reports),
        *known_failures(reports),
        *of_stand_ins(reports),
    ]
    return "\n".join(parts) + "\n"


def table(reports: Mapping[str, Report]) -> Iterator[str]:
    """Yield a row for each target."""
    yield f"| {' | '.join(COLUMNS)} |"
    yield "|---" * 2 + "|---:" * 7 + "|---|"
    for name, report in reports.items():
        yield f"| {' | '.join(map(str, cells(name, report)))} |"


def missing(reports: Mapping[str, Report]) -> Iterator[str]:
    """Yield a line about the targets that nothing is kept of, if there are some."""
    if names := {name: None for name in TARGETS if name not in reports}:
        yield f"\nNot judged yet: {ticked(names)}."


def cells(name: str, report: Report) -> Iterator[object]:
    """Yield the cells of a target's row."""
    counts = count(report.cases)
    yield from (f"`{name}`", report.target.version, len(report.cases))
    yield from (counts[Verdict.PASS], counts[Verdict.FAIL])
    yield sum(1 for _ in summary.known(report))
    yield from (counts[Verdict.UNSUPPORTED], counts[Verdict.UNTESTABLE])
    yield from (round(report.seconds), report.started[:10])


def pairs(reports: Mapping[str, Report]) -> Iterator[tuple[str, list[Row]]]:
    """Yield for each release the cases tried on logion and on Apache Kafka."""
    for release in PATCHES:
        names = sides(release)
        if all(name in reports for name in names):
            table = rows([reports[name] for name in names])
            tried = [row for row in table if None not in row.cells]
            yield release, [row for row in tried if not is_unbuilt(row.cells[0])]


def is_unbuilt(case: Judged | None) -> bool:
    """Whether a case is about what the reference openly has not got yet."""
    reasons = [it.reason for it in case.trials] if case else []
    return NOT_BUILT in reasons


def beside_apache(reports: Mapping[str, Report]) -> Iterator[str]:
    """Yield where `logion-R` and `apache-R` came to other verdicts."""
    yield "\n## logion beside Apache Kafka\n"
    yield (
        "Without the cases about access (`access.*`, `security.sasl.*`), which the\n"
        "reference cannot be asked: it has neither SASL nor an authorizer yet.\n"
    )
    yield "| release | same verdict | other verdict | both known to fail |"
    yield "|---|---:|---:|---:|"
    lines = []
    for release, table in pairs(reports):
        counts = Counter(row.differs() for row in table)
        both = sum(all(verdict_of(it) == "FAIL" for it in row.cells) for row in table)
        yield f"| {release} | {counts[False]} | {counts[True]} | {both} |"
        lines += [difference(release, row) for row in table if row.differs()]
    yield "\nEach case with another verdict:\n" if lines else "\nNo verdict differs."
    yield from lines


def difference(release: str, row: Row) -> str:
    """Return a case on which logion and Apache Kafka of a release differ, as a line."""
    logion, apache = map(told, row.cells)
    return f"- {release}, `{row.id}`: logion {logion}; Apache Kafka {apache}"


def known_failures(reports: Mapping[str, Report]) -> Iterator[str]:
    """Yield the failures that are known and why; for logion they are on purpose."""
    yield "\n## Known failures\n"
    yield (
        "What Apache Kafka fails by its own documentation, and what the reference as\n"
        "of that release fails too, on purpose. [How to see it]"
        "(conformance.md#what-apache-kafka-gets-wrong).\n"
    )
    yield "| cases | why | where |\n|---|---|---|"
    found: dict[tuple[str, str], dict[str, list[str]]] = {}
    for name, report in reports.items():
        for case in report.cases:
            if because := reason_of(case):
                found.setdefault(because, {}).setdefault(name, []).append(case.id)
    for (reason, link), by_target in found.items():
        ids = dict.fromkeys(id_ for each in by_target.values() for id_ in each)
        where = ", ".join(f"`{name}`" for name in by_target)
        yield f"| {ticked(ids)} | [{reason}]({link}) | {where} |"


def reason_of(case: Judged) -> tuple[str, str] | None:
    """Return why a case failed as expected, and where one reads of it."""
    expected = [it.expected for it in case.trials if it.expected]
    failed = any(it.verdict == Verdict.FAIL for it in case.trials)
    return (expected[0].reason, expected[0].link) if expected and failed else None


def ticked(names: Mapping[str, object]) -> str:
    """Return names as code."""
    return ", ".join(f"`{name}`" for name in names)


def of_stand_ins(reports: Mapping[str, Report]) -> Iterator[str]:
    """Yield what other people's stand-ins do not keep, by area."""
    for name in STAND_INS:
        if name in reports:
            yield f"\n## What {name} does not keep\n"
            yield "| area | kept | not kept |\n|---|---:|---|"
            yield from by_area(reports[name])


def by_area(report: Report) -> Iterator[str]:
    """Yield an area in which a target fails, as a row."""
    for area, cases in areas(report.cases).items():
        failed = [it.id for it in cases if it.verdict == Verdict.FAIL]
        if failed:
            passed = count(cases)[Verdict.PASS]
            yield f"| {area} | {passed} | {ticked(dict.fromkeys(failed))} |"


def parser() -> argparse.ArgumentParser:
    """Return what reads the arguments."""
    made = argparse.ArgumentParser(prog="python -m tests.docs.matrix_page")
    made.add_argument("targets", nargs="*", metavar="TARGET", help="all if left out")
    made.add_argument("--case", default="", metavar="GLOB", help="only these cases")
    made.add_argument("--page", action="store_true", help="judge none: only write")
    return made


def main(arguments: Sequence[str]) -> int:
    """Judge targets, or all; write the page. Returns 1 if one could not be judged."""
    options = parser().parse_args(arguments)
    wanted = [] if options.page else options.targets or TARGETS
    missed = [target for target in wanted if not judge(target, options.case)]
    PAGE.write_text(document(kept()))
    if all((REPORTS / f"{name}.json").exists() for name in PICTURED):
        draw(PICTURED)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
