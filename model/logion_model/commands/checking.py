"""`logion model check`: explore one model, or hold many to what is known of them."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from logion_model.catalogue import MODELS
from logion_model.checkpoint import CheckpointError
from logion_model.commands import files, many, single
from logion_model.commands.console import complain, one_of
from logion_model.commands.fitting import TooLargeError
from logion_model.commands.refusing import refuse
from logion_model.kernel import SpecError


def add(commands: Any) -> None:
    """Add the command to a parser's commands."""
    check = commands.add_parser(
        "check", help="explore one model, breadth first, or check what is known"
    )
    check.add_argument(
        "name", metavar="NAME", nargs="?", type=one_of(MODELS), help="see `list`"
    )
    check.set_defaults(run=run)
    files.add_options(check)
    _add_extent(check.add_mutually_exclusive_group())
    check.add_argument(
        "--property",
        action="append",
        help="check only this and stop where it breaks (may be repeated; `none` counts"
        " states); without it, every state is visited and every property judged",
    )
    check.add_argument("--json", action="store_true", help="print one JSON object")
    check.add_argument("--states-max", type=int, help="stop after so many states")
    _add_searches(check)
    check.add_argument(
        "--force", action="store_true", help="begin even if memory will not suffice"
    )
    check.add_argument(
        "--checkpoint",
        type=Path,
        metavar="FILE",
        help="where Ctrl-C leaves the search (default: NAME-SCOPE.search)",
    )


def _add_searches(check: Any) -> None:
    check.add_argument(
        "--fast",
        action="store_true",
        default=None,
        help="states as integers, for the models of replication",
    )
    check.add_argument(
        "--hashed",
        action="store_true",
        default=None,
        help="keep 64 bits of each state, for scopes that do not fit in memory",
    )
    check.add_argument(
        "--processes", type=int, metavar="N", help="share a hashed search among so many"
    )
    check.add_argument(
        "--walks", type=int, metavar="N", help="walk at random so often instead"
    )
    check.add_argument("--seed", type=int, help="of the random walks (default: 0)")


def _add_extent(extent: Any) -> None:
    extent.add_argument("--scope", help="bounds, such as 2,2,2,1 (default: its first)")
    extent.add_argument(
        "--quick", action="store_true", help="check what is checked at each change"
    )
    extent.add_argument("--all", action="store_true", help="check every entry")
    extent.add_argument(
        "--bugs",
        metavar="RELEASE",
        help="show the bugs that a release has, such as 0.10.0 or 2.4.1: those read in"
        " it or before and mended later; and those that it may have: mended later, but"
        " since when is not known",
    )
    extent.add_argument(
        "--resume", type=Path, metavar="FILE", help="go on where Ctrl-C stopped"
    )


def run(options: argparse.Namespace) -> int:
    """Do what the options say, and return the exit status."""
    is_many = options.quick or options.all or options.bugs is not None
    try:
        refuse(options)
        return many.run(options) if is_many else single.run(options)
    except (ValueError, OSError) as error:
        return complain(str(error))
    except (TooLargeError, CheckpointError, SpecError) as error:
        return complain(str(error))
