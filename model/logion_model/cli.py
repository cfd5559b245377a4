"""`logion model`: list the specifications, explore one, check what is known of all."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from logion_model.commands import checking, exploring, listing, mutants

SUMMARY = "list the specifications and explore them exhaustively"
"""What `logion --help` says of this command."""

COMMANDS = (listing, checking, exploring, mutants)
"""Modules with `add`, which adds a command that has `run` among its defaults."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run `logion model` with these arguments and return the exit status."""
    parser = argparse.ArgumentParser(prog="logion model", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for command in COMMANDS:
        command.add(commands)
    options = parser.parse_args(argv)
    status: int = options.run(options)
    return status
