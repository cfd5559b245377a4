"""Write a trace down as a picture or as a page: `--svg FILE`, `--html FILE`."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from logion_model.commands.console import complain
from logion_model.drawings import drawing_of
from logion_model.kernel import Violation
from logion_model.pictures.page import page_of
from logion_model.pictures.story import Story, story_of
from logion_model.pictures.svg import picture_of


def add_options(parser: Any) -> None:
    """Let a command write its counterexample to files."""
    parser.add_argument(
        "--svg", type=Path, metavar="FILE", help="draw the counterexample as a picture"
    )
    parser.add_argument(
        "--html",
        type=Path,
        metavar="FILE",
        help="write a page to step through the counterexample",
    )


def write_files(
    options: argparse.Namespace, title: str, violation: Violation[Any] | None
) -> None:
    """Write the files that are asked for, or say that there is nothing to draw.

    Raises OSError if a file cannot be written.
    """
    if options.svg is None and options.html is None:
        return
    if violation is None:
        complain(
            "nothing to draw: nothing broke; `logion model explore` draws examples"
        )
        return
    story = story_of(title, violation, drawing_of(violation.steps[0].state))
    if options.svg is not None:
        options.svg.write_text(f"{picture_of(story)}\n", encoding="utf-8")
    if options.html is not None:
        write_page(options.html, story)


def write_page(file: Path, story: Story) -> None:
    """Write the page of a story; raises OSError if it cannot be written."""
    file.write_text(page_of(story), encoding="utf-8")
