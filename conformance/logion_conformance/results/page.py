"""Reports as one page of HTML: targets by cases, by area; nothing from elsewhere.

Where the first two targets differ comes first; a verdict opens what is behind it.
Without scripts the matrix is whole, but cannot be filtered or opened.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib.resources import files

from logion_conformance.results.details import detail
from logion_conformance.results.differences import Row, rows
from logion_conformance.results.markup import Element, tag, text, worded
from logion_conformance.results.matrix import SIGNS, by_area, by_weight, matrix
from logion_conformance.results.model import Report, Verdict, count
from logion_conformance.results.summary import conclusion


def page(reports: Sequence[Report]) -> str:
    """Return the page about some reports, at least one."""
    names = ", ".join(it.target.name for it in reports)
    title = f"Kafka conformance: {names}"
    table = rows(reports)
    head = tag(
        "head",
        Element('<meta charset="utf-8">'),
        Element('<meta name="viewport" content="width=device-width, initial-scale=1">'),
        worded("title", title),
        tag("style", Element(resource("page.css"))),
    )
    body = tag(
        "body",
        tag("header", worded("h1", "Kafka conformance"), lead(table)),
        tag("main", *sections(reports, table)),
        Element('<dialog id="detail" aria-labelledby="detail-title"></dialog>'),
        *templates(reports, table),
        tag("script", Element(resource("page.js"))),
    )
    return f"<!doctype html>\n{tag('html', head, body, lang='en')}\n"


def resource(name: str) -> str:
    """Return a file that stands beside this module."""
    return (files("logion_conformance.results") / name).read_text(encoding="utf-8")


def lead(table: Sequence[Row]) -> Element:
    """Return what the page is about, in a sentence."""
    about = (
        f"{len(table)} promises of Kafka's protocol and documentation, each tried "
        "in the versions that both sides speak. A verdict opens its clause, what was "
        "said, and the bytes."
    )
    return worded("p", about, class_="lead")


def sections(reports: Sequence[Report], table: Sequence[Row]) -> Iterator[Element]:
    """Yield the parts of the page: targets, differences, all cases."""
    yield tag(
        "section",
        worded("h2", "Targets", id="targets"),
        tag("ul", *map(card, reports), class_="targets"),
        aria_labelledby="targets",
    )
    if len(reports) > 1:
        yield differing(reports, table)
    yield tag(
        "section",
        worded("h2", "All cases", id="cases"),
        filters(table),
        matrix(reports, by_area(table), id_="matrix", label="cases"),
        aria_labelledby="cases",
    )


def card(report: Report) -> Element:
    """Return what a reader wants to know of one target before anything else."""
    counts = count(report.cases)
    known = sum(it.verdict == Verdict.FAIL for it in report.cases if it.is_as_expected)
    news = len(report.unexpected)
    numbers = [f"{counts[it]} {it}" for it in SIGNS if counts[it]]
    numbers += [f"{known} of the failures known"] if known else []
    when = f"{report.started[:10]}, {report.seconds:.0f} s, suite {report.suite}"
    how = "oldest and newest versions" if report.is_quick else "every version"
    has_trouble = report.target.trouble or news or report.ended_early
    mood = "trouble" if has_trouble else "fine"
    return tag(
        "li",
        worded("h3", report.target.name),
        worded("p", conclusion(report), class_=f"conclusion {mood}"),
        bar(report),
        worded("p", " \N{MIDDLE DOT} ".join(numbers), class_="numbers"),
        worded("p", f"{when}; {how}", class_="when"),
    )


def bar(report: Report) -> Element:
    """Return the shares of the verdicts as a bar; the numbers stand below it."""
    counts = count(report.cases)
    parts = (
        tag("span", class_=it, style=f"flex-grow:{counts[it]}")
        for it in SIGNS
        if counts[it]
    )
    return tag("div", *parts, class_="bar", aria_hidden="true")


def differing(reports: Sequence[Report], table: Sequence[Row]) -> Element:
    """Return the cases on which two targets differ: at first the first two."""
    differing_ = sum(row.differs() for row in table)
    choices = (chooser(at, reports) for at in (0, 1))
    return tag(
        "section",
        worded("h2", "Differences", id="differences"),
        tag("p", text("Between "), *choices, class_="choice"),
        worded("p", f"{differing_} of {len(table)} cases differ.", id="differ-count"),
        matrix(reports, by_weight(table), id_="differing", label="differences"),
        aria_labelledby="differences",
    )


def chooser(at: int, reports: Sequence[Report]) -> Element:
    """Return a list of the targets to choose from; that `at` its place is chosen."""
    which = ("first", "second")[at]
    label = worded("span", f"the {which} target", class_="unseen")
    names = {str(each): it.target.name for each, it in enumerate(reports)}
    return tag("label", label, select(f"{which}-target", names, chosen=str(at)))


def filters(table: Sequence[Row]) -> Element:
    """Return the fields that choose which cases are shown."""
    levels = sorted({row.level for row in table})
    shown = {
        "": "every verdict",
        "differs": "targets differ",
        "FAIL": "some target fails",
        "news": "not as expected",
        "UNSUPPORTED": "some target lacks it",
    }
    return tag(
        "form",
        field("Find", Element('<input id="find" type="search" placeholder="fetch.">')),
        field(
            "Level", select("level", {"": "every level", **{it: it for it in levels}})
        ),
        field("Verdict", select("verdict", shown)),
        Element('<output id="shown" for="find level verdict"></output>'),
        class_="filters",
    )


def field(name: str, control: Element) -> Element:
    """Return a control with its name."""
    return tag("label", worded("span", name), control)


def select(id_: str, options: Mapping[str, str], *, chosen: str = "") -> Element:
    """Return a list to choose from: values, and the words that stand for them."""
    made = (
        worded("option", words, value=value, selected="" if value == chosen else None)
        for value, words in options.items()
    )
    return tag("select", *made, id=id_)


def templates(reports: Sequence[Report], table: Iterable[Row]) -> Iterator[Element]:
    """Yield what opens, for every case and target."""
    for row in table:
        for at, case in enumerate(row.cells):
            if case is not None:
                name = reports[at].target.name
                yield tag("template", *detail(case, name), id=f"{case.id}/{at}")
