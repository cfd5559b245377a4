"""Prints `docs/track-record.md`: which of Kafka's faults the model finds again.

    make status

Everything comes from the catalogue of the model; `LEFT_OUT` says why of the others.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from logion_model.bugs import BUGS
from logion_model.catalogue import CATALOGUE
from logion_model.entry import Bug, Entry, written

LEFT_OUT: Mapping[int, str] = {
    26: "the fault is in the client: a broker cannot tell a slow member from a dead"
    " one. Sessions may end at any time in the models of groups, before KIP-62 and"
    " after, and what is promised holds: work is repeated, nothing is lost",
    27: "a limit in bytes between two brokers: records have no size in a model, and"
    " with one there would be a single comparison to look at, nothing to explore",
    33: "a broker that has lost the partition answers from memory, and its writes"
    " fail: what goes wrong is an error that the client does not expect, no state of"
    " the group. That such writes never count is explored in `add-partitions`, where"
    " former leaders go on until they hear of the new one",
}
"""Why no model shows a bug, by number."""

HEAD = """\
# Track record

Written by `make status`, never by hand; a test compares. Faults that Kafka had, found
again by the model where the rule that mends them is left out. Each line is an entry of
the catalogue, so the tests hold it to what it says, and check that with the rule that
mends the fault the same scope holds.

- *Without the rule* is the model that has the fault, *with it* the model that does not.
- *States* are those of the whole world, where it is explored to its end; else the
  search ends at the first counterexample.
- *Trace* is the number of states in a shortest counterexample, the initial one
  included. Where a world begins after a story, it is counted from there.
- *Mended* is the first release with the fix. Releases in whose code the fault was read
  stand in brackets.
"""


def document() -> str:
    """Return the whole document."""
    return "\n".join((HEAD, *_table(), *_left_out(), *_missing()))


def _shown() -> list[Entry]:
    """Return the entries that show a bug, by its number."""
    found = [(entry.bug.number, entry) for entry in CATALOGUE if entry.bug]
    return [entry for _, entry in sorted(found, key=lambda pair: pair[0])]


def _table() -> Iterator[str]:
    yield from _row(
        "", "bug", "mended", "without the rule", "breaks", "states", "trace"
    )
    yield from _row(*["---"] * 7)
    for entry in _shown():
        if entry.bug is not None:
            yield from _row(*_cells(entry, entry.bug))
    yield ""


def _cells(entry: Entry, bug: Bug) -> Iterator[str]:
    seen = f" ({', '.join(bug.seen_in)})" if bug.seen_in else ""
    property_option = "" if entry.distinct else f" --property {entry.mended[0]}"
    yield str(bug.number)
    yield f"{bug.id}: {bug.title}"
    yield (bug.fixed or "not known") + seen
    yield (
        f"`logion model check {entry.name} --scope {written(entry.scope)}"
        f"{property_option}`; with it `{entry.cure}`"
    )
    yield ", ".join(entry.mended)
    yield f"{entry.distinct:,}" if entry.distinct else ""
    yield str(min(length for name, length in entry.broken if name in entry.mended))


def _row(*cells: str) -> Iterator[str]:
    yield f"| {' | '.join(cells)} |"


def _left_out() -> Iterator[str]:
    if LEFT_OUT:
        yield "## Left out\n"
        yield from _listed((number, f": {why}") for number, why in LEFT_OUT.items())
        yield ""


def _missing() -> Iterator[str]:
    shown = {entry.bug.number for entry in _shown() if entry.bug}
    if missing := [number for number in BUGS if number not in shown | set(LEFT_OUT)]:
        yield "## Not there yet\n"
        yield from _listed((number, "") for number in missing)
        yield ""


def _listed(numbers: Iterable[tuple[int, str]]) -> Iterator[str]:
    for number, more in sorted(numbers):
        yield f"- {number}, {BUGS[number].id}, {BUGS[number].title}{more}"


if __name__ == "__main__":
    print(document(), end="")
