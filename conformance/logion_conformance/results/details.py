"""What is behind a verdict: the clause, the trials, what was said, and the bytes."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from logion_conformance.results import hexdump
from logion_conformance.results.markup import Element, tag, text, worded
from logion_conformance.results.model import Judged, Said, Story, Trial

LINKS = ("https://", "http://")


def detail(case: Judged, target: str) -> Iterator[Element]:
    """Yield all that is known of a case on a target."""
    yield worded("h2", case.id, id="detail-title")
    yield worded("p", f"{case.verdict} on {target}", class_=f"verdict {case.verdict}")
    yield worded("p", case.says, class_="says")
    yield worded("p", f"{case.level}. {case.cites}", class_="cites")
    for _, trials in groupby(case.trials, key=alike):
        yield from outcome(list(trials))


def alike(trial: Trial) -> tuple[object, ...]:
    """Return what trials that are told together have in common."""
    return (trial.verdict, trial.reason, trial.expected)


def outcome(trials: list[Trial]) -> Iterator[Element]:
    """Yield what trials that came to the same found."""
    first = trials[0]
    reason = f": {first.reason}" if first.reason else ""
    yield worded("h3", f"{first.verdict}{versions(trials)}{reason}")
    if because := first.expected:
        yield tag("p", text(f"Known: {because.reason} "), link(because.link))
    if first.story is not None:
        yield from told(first.story)


def versions(trials: list[Trial]) -> str:
    """Return which versions were tried."""
    tried = [str(it.version) for it in trials if it.version is not None]
    if len(tried) > 2:
        return f" in versions {tried[0]} to {tried[-1]}"
    return f" in version {' and '.join(tried)}" if tried else ""


def link(address: str) -> Element:
    """Return a link; what is no address of the web is only shown."""
    if address.startswith(LINKS):
        return worded("a", address, href=address, rel="noreferrer")
    return worded("code", address)


def told(story: Story) -> Iterator[Element]:
    """Yield how a failure came about."""
    rows = {
        "looked at": story.looked_at,
        "expected": story.expected,
        "came": story.came,
        "at": story.at,
    }
    pairs = (
        part
        for name, words in rows.items()
        if words
        for part in (worded("dt", name), worded("dd", words))
    )
    yield tag("dl", *pairs)
    for said in story.exchanges:
        yield exchange(said)
    if story.program:
        again = worded("summary", "a program that does it again over plain sockets")
        yield tag("details", again, worded("pre", story.program))


def exchange(said: Said) -> Element:
    """Return one request and what came of it."""
    sent = f"\N{RIGHTWARDS ARROW} #{said.correlation_id} v{said.version} {said.request}"
    came = f"\N{LEFTWARDS ARROW} {said.answer}"
    parts = [worded("p", sent, class_="said"), worded("p", came, class_="said")]
    parts += [worded("p", f"differs: {said.field}")] if said.field else []
    bytes_ = [*dump("sent", said.sent, ()), *dump("came", said.came, said.marked)]
    if bytes_:
        parts.append(tag("details", worded("summary", "bytes"), *bytes_))
    return tag("div", *parts, class_="exchange")


def dump(name: str, digits: str, marked: tuple[int, ...]) -> Iterator[Element]:
    """Yield bytes, those of the field that differs marked."""
    if digits:
        yield worded("p", name)
        yield tag("pre", *map(dumped, hexdump.lines(digits, marked)))


def dumped(line: hexdump.Line) -> Element:
    """Return one line of bytes."""
    parts = [text(f"{line.position:08x} ")]
    for kind, words in (
        ("span", line.before),
        ("mark", line.marked),
        ("span", line.after),
    ):
        if words:
            parts += [text(" "), worded(kind, words)]
    return Element(f"{''.join(parts)}\n")
