"""How the commands read their arguments, and say what is wrong with them."""

from __future__ import annotations

import argparse
import sys
from typing import NoReturn

FAILED = 1
"""Exit status: it was done, and something was found wrong."""

USAGE_ERROR = 2
"""Exit status: it could not be done as asked."""


class Parser(argparse.ArgumentParser):
    """argparse's parser, whose errors are one line."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong and where help is; exit with USAGE_ERROR."""
        text = f"{self.prog}: {message} (see {self.prog} --help)\n"
        self.exit(USAGE_ERROR, text)


def refuse(command: str, problem: object) -> int:
    """Say on stderr why `command` cannot be done; return USAGE_ERROR."""
    print(f"logion {command}: {problem_text(problem)}", file=sys.stderr)
    return USAGE_ERROR


def problem_text(problem: object) -> str:
    """Return an OSError as "FILE: reason", anything else as it says itself."""
    if isinstance(problem, OSError) and problem.strerror:
        where = f"{problem.filename}: " if problem.filename else ""
        return f"{where}{problem.strerror}"
    return str(problem)
