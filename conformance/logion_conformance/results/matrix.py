"""The table of targets by cases: a row for each case, a button for each verdict."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from logion_conformance.results.differences import Row
from logion_conformance.results.markup import Element, tag, text, worded
from logion_conformance.results.model import Judged, Report, Verdict

SIGNS = {
    Verdict.PASS: "\N{CHECK MARK}",
    Verdict.FAIL: "\N{BALLOT X}",
    Verdict.UNSUPPORTED: "\N{EN DASH}",
    Verdict.UNTESTABLE: "?",
}
CONTRADICTING = "One keeps it, the other does not"
LACKING = "One of them was not judged"
"""How the two targets may differ; page.js has the same words."""

NOT_TRIED = "\N{MIDDLE DOT}"


def matrix(
    reports: Sequence[Report],
    groups: Iterable[tuple[str, Sequence[Row]]],
    *,
    id_: str,
    label: str,
) -> Element:
    """Return a table of targets by cases, in groups that have names."""
    names = (worded("th", it.target.name, scope="col") for it in reports)
    head = tag("tr", worded("th", "case", scope="col"), *names)
    bodies = (tag("tbody", *body(name, found, reports)) for name, found in groups)
    inside = tag("table", tag("thead", head), *bodies, id=id_)
    name = f"Table of {label}"
    table = tag(
        "div", inside, class_="scroll", tabindex=0, role="region", aria_label=name
    )
    return tag("div", legend(), table)


def legend() -> Element:
    """Return what the signs stand for; and where the other targets are, which page.js
    shows if the table is wider than the window."""
    signs = [*SIGNS.items(), ("not tried", NOT_TRIED)]
    words = " \N{EM SPACE}".join(
        f"{sign}\N{NO-BREAK SPACE}{verdict}" for verdict, sign in signs
    )
    more = " \N{EM SPACE}\N{RIGHTWARDS ARROW} more targets: scroll it"
    hidden = worded("span", more, class_="more", hidden="")
    return tag("p", text(words), hidden, class_="legend")


def by_area(table: Iterable[Row]) -> list[tuple[str, Sequence[Row]]]:
    """Return cases, ordered by their ids, by area."""
    groups = groupby(table, key=lambda row: row.any.area)
    return [(area, list(found)) for area, found in groups]


def by_weight(table: Iterable[Row]) -> list[tuple[str, Sequence[Row]]]:
    """Return the cases on which the first two targets differ: contradictions first."""
    differing = [row for row in table if row.differs()]
    contradicting = [row for row in differing if row.contradicts()]
    lacking = [row for row in differing if not row.contradicts()]
    groups = (CONTRADICTING, contradicting), (LACKING, lacking)
    return [(name, found) for name, found in groups if found]


def body(
    name: str, table: Sequence[Row], reports: Sequence[Report]
) -> Iterator[Element]:
    """Yield the rows of a group, its name first."""
    head = worded("th", name, colspan=len(reports) + 1, scope="rowgroup")
    yield tag("tr", head, class_="area")
    for row in table:
        yield line(row, reports)


def line(row: Row, reports: Sequence[Report]) -> Element:
    """Return the row of a case."""
    name = tag("th", worded("code", row.id), text(" "), level(row), scope="row")
    pairs = zip(row.cells, reports, strict=True)
    cells = (cell(case, report, at) for at, (case, report) in enumerate(pairs))
    return tag(
        "tr", name, *cells, class_="case", data_case=row.id, data_level=row.level
    )


def level(row: Row) -> Element:
    """Return the level of a case."""
    return worded("span", row.level, class_="level")


def cell(case: Judged | None, report: Report, at: int) -> Element:
    """Return the verdict of a case on a target: a button that opens what is behind."""
    if case is None:
        return worded("td", NOT_TRIED, class_="none")
    kind = f"{case.verdict}{'' if case.is_as_expected else ' news'}"
    known = case.verdict == Verdict.FAIL and case.is_as_expected
    words = f"{case.verdict}{', known' if known else ''}"
    sign = worded("span", SIGNS[case.verdict], aria_hidden="true")
    unseen = worded(
        "span", f"{words}: {case.id} on {report.target.name}", class_="unseen"
    )
    button = tag(
        "button",
        sign,
        *([worded("span", " known", aria_hidden="true")] if known else []),
        unseen,
        type="button",
        class_=f"{kind}{' known' if known else ''}",
        data_detail=f"{case.id}/{at}",
    )
    return tag("td", button, data_verdict=kind)
