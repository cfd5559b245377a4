"""Judges the miniatures by every case of the suite, and keeps the result.

    .venv/bin/python -m tests.docs.miniatures_page               # all of them
    .venv/bin/python -m tests.docs.miniatures_page ignores-crc   # these
    .venv/bin/python -m tests.docs.miniatures_page --new         # those not judged yet
    .venv/bin/python -m tests.docs.miniatures_page --case 'retention.*'
    .venv/bin/python -m tests.docs.miniatures_page --none        # the page alone

What fails goes to `miniatures.json`, from which `docs/miniatures.md` is made. Of those
that are not judged yet the page has the cases that they name. With `--case` those that
are judged are tried by some cases alone, such as new ones; what is kept of the other
cases stays.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path

from logion_conformance.case import is_named
from logion_conformance.results.model import Verdict
from logion_harness.miniatures.catalogue import MINIATURES, find
from logion_harness.miniatures.judging import judged
from logion_harness.miniatures.miniature import Miniature
from logion_harness.miniatures.reach import can_fail
from logion_harness.miniatures.suite import suite

from tests.root import ROOT

KEPT = Path(__file__).with_name("miniatures.json")
PAGE = ROOT / "docs" / "miniatures.md"

SHARE_MAX = 0.1
"""A miniature that fails more than this share of all cases counts for none of them."""

Failed = Mapping[str, Sequence[str]]
"""The cases that fail, by the miniature's name."""

HEAD = """# Miniatures

Written by `make miniatures`, never by hand; tests compare. A miniature is a broken
broker: the reference with exactly one defect (`logion_harness.miniatures`). They judge
the judge: a case of the [conformance suite](conformance.md) that no broken broker fails
shows nothing, and a defect that no case catches is a hole in the suite.

    pytest conformance/ --target miniature-ignores-crc --quick   # a process, like any
    python -m logion_harness.miniatures ignores-crc --listen 127.0.0.1:9092
    python -m logion_harness.miniatures --list
    python -m logion_harness.miniatures --judge ignores-crc      # which cases fail
    make miniatures                  # all by all cases: 14 minutes on two processors
    make miniatures MINIATURES="ignores-crc"         # these; the others as they were
    make miniatures MINIATURES=--new                 # those that were not judged before
    make miniatures MINIATURES="--case 'retention.*'"   # by new cases alone

The first table has what each does wrong and the cases that are named for it:
`make test` sees for a part of them that these fail, `make verify` for all. *Fails*
counts all cases that fail on it, in the newest version of their API; *these*: the
others have not been tried yet. A case is not tried that has the broker never call the
function that is wrong, and cases that stop a broker (`restart.*`, `pause.*`) are tried
on the miniatures that name them. The second table has who fails each case.

What breaks everything proves nothing. A miniature that fails more than a tenth of all
cases is not counted for any of them; none answers an error to everything. Where a case
is about an error code, the miniature is one whose check is off: it answers as if all
were well, or as if something else were wrong.

No miniature fails a case about access (`access.*`, `security.sasl.*`): these need SASL
and an authorizer, and the reference has neither yet. They are not among the cases here.
Who judges them: each `access.*` is tried on the reference as it is, a broker that lets
everybody do everything, and has to fail (`test_access_cases.py`); `security.sasl.*` on
a small listener that is right, and wrong in one way at a time (`test_sasl_cases.py`).
"""


def kept() -> dict[str, list[str]]:
    """Return what is kept, by miniature."""
    found: dict[str, list[str]] = json.loads(KEPT.read_text()) if KEPT.exists() else {}
    return found


def keep(failed: Failed) -> None:
    """Write what is kept: a line for each miniature."""
    known = [it.name for it in MINIATURES if it.name in failed]
    lines = [f"{json.dumps(name)}: {json.dumps(failed[name])}" for name in known]
    KEPT.write_text("{\n" + ",\n".join(lines) + "\n}\n")


def counts(failed: Sequence[str]) -> bool:
    """Whether a miniature that fails these counts for the cases it fails."""
    return len(failed) <= SHARE_MAX * len(suite())


def caught(failed: Failed) -> dict[str, list[str]]:
    """Return the miniatures that fail each case and count, named for it first."""
    found: dict[str, list[str]] = {it: [] for it in suite()}
    for miniature in MINIATURES:
        cases = failed.get(miniature.name, miniature.cases)
        for case in cases if counts(cases) else ():
            at = 0 if case in miniature.cases else len(found[case])
            found[case].insert(at, miniature.name)
    return found


def page(failed: Failed) -> str:
    """Return the page that shows what fails."""
    by_case = caught(failed)
    missing = [it for it, names in by_case.items() if not names]
    summary = (
        f"{len(MINIATURES)} miniatures, {len(by_case)} cases; "
        f"{len(missing)} cases fail on none"
    )
    return "\n".join(
        [
            HEAD,
            f"{summary}{': ' if missing else '.'}{' '.join(map(quoted, missing))}\n",
            "## What each breaks\n",
            "| miniature | it ... | caught by | fails |\n|---|---|---|---|",
            *(row(it, failed.get(it.name)) for it in MINIATURES),
            "\n## Who fails each case\n",
            "| case | fails on |\n|---|---|",
            *(f"| `{it}` | {told(names)} |" for it, names in by_case.items()),
            "",
        ]
    )


def row(miniature: Miniature, failed: Sequence[str] | None) -> str:
    """Return the row of a miniature; None: what fails besides is not known."""
    cases = " ".join(map(quoted, miniature.cases))
    fails = told_count(failed) if failed is not None else "these"
    return f"| `{miniature.name}` | {miniature.breaks} | {cases} | {fails} |"


def told_count(failed: Sequence[str]) -> str:
    """Return how many cases fail, and whether that is too many."""
    return str(len(failed)) if counts(failed) else f"{len(failed)}, not counted"


SHOWN = 6
"""Most miniatures that are listed for a case."""


def told(names: Sequence[str]) -> str:
    """Return a list of miniatures, cut where it is long."""
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(map(quoted, names[:SHOWN])) + more


def quoted(text: str) -> str:
    """Return a text as Markdown has names."""
    return f"`{text}`"


@dataclass(frozen=True, slots=True)
class Asked:
    """What the arguments ask for: see the module."""

    names: Sequence[str] = ()
    case: str = ""
    new: bool = False
    none: bool = False

    def cases(self) -> list[str]:
        """Return the cases that miniatures are to be tried by."""
        return [it for it in suite() if is_named(it, self.case or "*")]

    def miniatures(self, failed: Failed) -> Sequence[Miniature]:
        """Return the miniatures that are to be judged; by a part of the cases only
        those of which the others are known."""
        if self.new:
            return [it for it in MINIATURES if it.name not in failed]
        named = list(map(find, self.names))
        chosen = named if named or self.none else MINIATURES
        return [it for it in chosen if not self.case or it.name in failed]


def asked(arguments: Sequence[str]) -> Asked:
    """Return what the arguments ask for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--case", default="", metavar="GLOB[,...]")
    chosen = parser.add_mutually_exclusive_group()
    chosen.add_argument("--new", action="store_true")
    chosen.add_argument("--none", action="store_true")
    return Asked(**vars(parser.parse_args(arguments)))


def found_again(before: Sequence[str], verdicts: Mapping[str, Verdict]) -> list[str]:
    """Return what fails by verdicts on some cases and by what was known of others."""
    failed = {it for it, verdict in verdicts.items() if verdict is Verdict.FAIL}
    return [*(it for it in before if it not in verdicts), *sorted(failed)]


def judged_by(cases: Sequence[str], name: str) -> tuple[str, dict[str, Verdict]]:
    """Return a miniature's name and the verdicts of those cases that it can fail."""
    miniature = find(name)
    return name, dict(judged(miniature, can_fail(miniature, cases)))


def verdicts_of(
    names: Sequence[str], cases: Sequence[str]
) -> Iterator[tuple[str, Mapping[str, Verdict]]]:
    """Yield miniatures with the verdicts of cases, as they come: one is judged on each
    processor."""
    processes = len(os.sched_getaffinity(0))
    with get_context("spawn").Pool(processes, initializer=be_quiet) as pool:
        yield from pool.imap_unordered(partial(judged_by, cases), names)


def be_quiet() -> None:
    """Let no broker of this process say what is wrong with it."""
    logging.getLogger("logion").setLevel(logging.CRITICAL)


def main(arguments: Sequence[str]) -> int:
    """Judge what the arguments ask for (see the module); write the page.

    Returns 1 if one does not fail what it names, or some case fails on none.
    """
    failed, status, wanted = kept(), 0, asked(arguments)
    names = [it.name for it in wanted.miniatures(failed)]
    verdicts = verdicts_of(names, wanted.cases())
    for number, (name, given) in enumerate(verdicts, start=1):
        found = found_again(failed.get(name, ()) if wanted.case else (), given)
        missed = set(find(name).cases) - set(found)
        told_missed = f", not {' '.join(sorted(missed))}" if missed else ""
        print(
            f"{number} of {len(names)}: {name} fails {len(found)}{told_missed}",
            flush=True,
        )
        status |= bool(missed)
        failed[name] = found
        keep(failed)
        PAGE.write_text(page(failed))
    PAGE.write_text(page(failed))
    return status or int(any(not names for names in caught(failed).values()))


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
