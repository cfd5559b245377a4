"""Prints `docs/mutants.md`: what is wrong on purpose, and who notices.

make status
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from logion_model.entry import Scope, written
from logion_model.mutants import kip_320
from logion_model.mutants.arguments import ARGUMENTS
from logion_model.mutants.judging import KILLED
from logion_model.mutants.subjects import SUBJECTS

from tests.mutation import code, cross_check, models
from tests.mutation.cross_check import Checked
from tests.mutation.planted import PLANTED
from tests.mutation.reasons import reason

HEAD = """\
# Mutants: what is wrong on purpose

Written by `make status`, never by hand; a test compares. A check that finds nothing
wrong has said something only if it would have found something: here is what was put
wrong, in the models and in the code, and what noticed.
"""

MODELS = """\
## Guards of the models

A guard is a condition that a step depends on. `logion model mutants NAME` finds those
of a model in its text and switches off one after the other; `--guard` shows one with
its counterexample. What becomes of it:

- *killed*: a promise breaks. Named are the promise, the smallest scope of those tried
  (`logion model list` says what its numbers are), the states in a shortest
  counterexample and those visited until then. Or a step fails (*no step*), or something
  that must be possible never happens (*never*).
- *implied*: no state of these worlds has other steps, since other guards say the same
  there, or the states themselves do.
- *idle*: there are other steps, but they lead to no other state.
- *narrows*: there are fewer states: what it leads past is needed to get on.
- *survives*: there are other states, and every promise holds in them.

Whatever is not killed has its argument, in the words of the specification. That is no
proof: several that were wrong fell in a larger world, or by a promise that was missing
(such as `newest-record-stays` in `log`). Some arguments
are those of many guards:

- *tells variants apart*: the guard asks a switch of the rules, which has one value in
  all of this model. What it is for is seen in the variant that has the other.
- *a bound of the explored world*: it is not of the protocol, but keeps the world finite
  or small.
- *keeps clients from what they need not do*: a broker has to bear with clients that do
  it.

Once, on 2026-11-30, what is left was tried in worlds that are too large for every run,
up to five times their states, and no promise broke: of `kip-966` at
2,2,1,1,1,0,0,1,0,0,1,0 and 2,2,2,1,1,0,1,1,0,0,1,0, of `group-classic` at 0,2,2,2,1,0
and 1,1,2,2,1,0, of `kip-848` at 1,2,1,2, of `consumer-group-kip-848` at 3,2,3, of
`add-partitions` at 2,2,1,2,1 and of `transactions-kip-890` at 1,2,2,2,1,1.
"""

ROWS = """\
### KIP-320, rule by rule

Judged by `strong-isr` at 2,2,2,1, 2,2,2,2, 3,2,2,1, 3,2,2,2 and 3,3,3,2, until it
breaks. Seven need three brokers to be seen, and one of these a third record.
"""

CODE = """\
## Mutants of the code

Each module of pure rules is changed in many small ways by mutmut (`make mutants`), and
the tests that guard it (`tests/mutation/code.py` names them) must notice. A change that
makes a test run without end counts as noticed. mutmut changes functions alone. *Stale*
is what was found of a module that has changed since, if only in a comment:
`make mutants` judges it anew. *132 of 320*: time was up, and the rest is not judged.
"""

CROSS = """\
### A sample of another tool's changes

cosmic-ray knows other changes than mutmut. Of those that it knows of each module some
are drawn (`tests/mutation/cross_check.py`, seed and count are its arguments), and meet
the same tests. Decorators and constants of modules are changed too.
"""

BUGS = """\
## Bugs planted in the code

The suites that hold the code to the models, and the simulation, must find bugs like
those of history. Each is a patch in the suite itself, which fails if it finds nothing;
all run in `make test`. The seconds are those of a busy machine, from seed 0 on (tests
begin near a seed that shows the bug). Five minutes each were wanted.
"""


def document() -> str:
    """Return the whole document."""
    parts = (HEAD, *_bugs(), *_models(), *_code(), *_cross_checked())
    return "\n".join(parts)


def _row(*cells: object) -> str:
    return f"| {' | '.join(map(str, cells))} |"


def _table(
    titles: tuple[str, ...], rows: Iterable[tuple[object, ...]]
) -> Iterator[str]:
    yield _row(*titles)
    yield _row(*["---"] * len(titles))
    for row in rows:
        yield _row(*row)
    yield ""


def _bugs() -> Iterator[str]:
    yield BUGS
    titles = ("what", "bug", "suite", "found after", "seconds")
    rows = (
        (it.what, f"`{it.bug}`", f"`{it.suite}`", it.after, it.seconds)
        for it in PLANTED
    )
    yield from _table(titles, rows)


def _models() -> Iterator[str]:
    found = models.read()
    yield MODELS
    yield from _summary(found)
    yield ROWS
    changes = {row.change.name: row for row in kip_320.ROWS}
    rows = [it for it in found[kip_320.MODEL] if it["change"] in changes]
    yield from _ruled(rows, {name: row.argument for name, row in changes.items()})
    for name, scopes in SUBJECTS.items():
        yield f"### `{name}`\n"
        yield f"At {_listed(scopes)}.\n"
        guards = [it for it in found[name] if it["change"] not in changes]
        if killed := [it for it in guards if it["verdict"] == KILLED]:
            yield from _killed(killed)
        if left := [it for it in guards if it["verdict"] != KILLED]:
            yield from _left(left, ARGUMENTS[name])


def _listed(scopes: tuple[Scope, ...]) -> str:
    *others, last = map(written, scopes)
    return f"{'; '.join(others)}; and {last}" if others else last


VERDICTS = ("killed", "implied", "idle", "narrows", "survives")


def _summary(found: dict[str, list[models.Row]]) -> Iterator[str]:
    counts = {name: Counter(it["verdict"] for it in found[name]) for name in SUBJECTS}
    rows = [(f"`{it}`", *(n[v] for v in VERDICTS)) for it, n in counts.items()]
    total = sum(counts.values(), Counter[str]())
    rows.append(("together", *(total[verdict] for verdict in VERDICTS)))
    yield from _table(("model", *VERDICTS), rows)


_HOW = ("scope", "trace", "states")


def _how(it: models.Row) -> tuple[object, ...]:
    return it["scope"], it["trace"] or "", f"{it['states']:,}"


def _ruled(rows: Iterable[models.Row], why: models.Why) -> Iterator[str]:
    yield from _table(
        ("without", "verdict", "by", *_HOW),
        (
            (it["change"], it["verdict"], it["killer"] or why[it["change"]], *_how(it))
            for it in rows
        ),
    )


def _killed(rows: Iterable[models.Row]) -> Iterator[str]:
    yield from _table(
        ("without", "killed by", *_HOW),
        ((_quoted(it["change"]), it["killer"], *_how(it)) for it in rows),
    )


def _left(rows: Iterable[models.Row], why: models.Why) -> Iterator[str]:
    yield from _table(
        ("without", "verdict", "why no promise breaks"),
        ((_quoted(it["change"]), it["verdict"], why[it["change"]]) for it in rows),
    )


def _quoted(change: str) -> str:
    """Return a change as code: a `|` would end the cell."""
    return f"`{change}`".replace("|", "\\|")


def _code() -> Iterator[str]:
    found = code.RECORD.read()
    yield CODE
    titles = ("module", "mutants", "killed", "survive", "share", "on")
    yield from _table(
        titles,
        (
            (
                f"`{module}`",
                f"{it.judged} of {it.judged + it.waiting}" if it.waiting else it.judged,
                it.killed,
                len(it.survivors),
                f"{it.share:.0%}",
                f"{it.date}, stale" if code.is_stale(module, it) else it.date,
            )
            for module, it in found.items()
        ),
    )
    if left := [module for module in code.MODULES if module not in found]:
        yield f"Not run yet: {', '.join(f'`{it}`' for it in left)}.\n"
    yield "What survives, and why:\n"
    yield from _survivors(found)


def _survivors(found: Mapping[str, code.Found | Checked]) -> Iterator[str]:
    for module, it in found.items():
        for survivor in it.survivors:
            yield f"- `{module}`, {survivor}: {reason(survivor)}"
    yield ""


def _cross_checked() -> Iterator[str]:
    found = cross_check.RECORD.read()
    yield CROSS
    yield from _table(
        ("module", "changes known", "drawn", "killed", "seed", "on"),
        (
            (f"`{module}`", it.known, it.judged, it.killed, it.seed, it.date)
            for module, it in found.items()
        ),
    )
    drawn = sum(it.judged for it in found.values())
    killed = sum(it.killed for it in found.values())
    yield f"Together {killed} of {drawn} are killed. What survives, and why:\n"
    yield from _survivors(found)


if __name__ == "__main__":
    print(document(), end="")
