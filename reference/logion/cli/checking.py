"""Vector files, checked: what disagrees is printed, and how many agree."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from logion.cli.arguments import FAILED, refuse

Check = Callable[[Iterable[str]], Iterator[str | None]]
"""Takes the lines of a file; for each vector gives what disagrees, None if nothing."""

FILES_HELP = "files with one vector per line, as JSON"


def check_files(command: str, files: Sequence[str], check: Check) -> int:
    """Print each line that disagrees and `N of M agree`; return the exit status.

    That is 0 if all agree, 1 if some do not, 2 if a file cannot be read.
    """
    agreed = compared = 0
    for file in files:
        try:
            for problem in _problems(file, check):
                compared += 1
                agreed += problem is None
                if problem is not None:
                    print(problem if len(files) == 1 else f"{file}: {problem}")
        except BrokenPipeError:  # of stdout
            raise
        except OSError as problem:
            return refuse(command, problem)
    print(f"{agreed} of {compared} agree")
    return 0 if agreed == compared else FAILED


def _problems(file: str, check: Check) -> Iterator[str | None]:
    with Path(file).open(encoding="utf-8", errors="replace") as lines:
        yield from check(lines)
