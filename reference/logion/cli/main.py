"""`logion COMMAND ...`: finds the command and hands it the rest of the line.

A command's module is loaded when it is called, so that a broker does not wait for the
others. Other packages add commands through the entry-point group `logion.commands`; the
help shows the text SUMMARY of the module that the entry point names.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from importlib import import_module

Main = Callable[[list[str]], int]
"""From the arguments after the command's name to the exit status."""

COMMANDS = {
    "broker": ("logion.cli.broker", "run a broker"),
    "dump-log": ("logion.cli.dump_log", "print segments, indexes and snapshots"),
    "protocol": ("logion.cli.protocol", "show, decode, encode and check messages"),
    "records": ("logion.cli.records", "check record batches against vectors"),
    "releases": (
        "logion.cli.releases",
        "what each Kafka release speaks, and what we do",
    ),
    "vectors": (
        "logion.cli.vectors",
        "export golden vectors for other implementations",
    ),
}
"""Name to its module, which has `main(arguments) -> int`, and what it is for."""

ENTRY_POINTS = "logion.commands"

USAGE_ERROR = 2

INTERRUPTED = 128 + 2
"""Exit status after Ctrl-C, as shells have it."""


def main() -> int:
    """Run the command that the command line names; return its exit status."""
    arguments = sys.argv[1:]
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        print(_help())
        return 0
    name, *rest = arguments
    if name == "--version":
        from logion import __version__

        print(f"logion {__version__}")
        return 0
    command = _command(name)
    if command is None:
        print(f"logion: no command {name!r} (see logion --help)", file=sys.stderr)
        return USAGE_ERROR
    return _run(command, rest)


def _run(command: Main, arguments: list[str]) -> int:
    try:
        try:
            return command(arguments)
        finally:
            sys.stdout.flush()
    except BrokenPipeError:  # the reader, `head` for one, has seen enough
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())  # for what is still to be flushed
        return 0
    except KeyboardInterrupt:
        return INTERRUPTED


def _command(name: str) -> Main | None:
    if name == "broker":
        _end_on_signals()
    if name in COMMANDS:
        command: Main = import_module(COMMANDS[name][0]).main
        return command
    return _added().get(name)


def _end_on_signals() -> None:
    """Let SIGTERM and SIGINT end the process with status 0: it has begun nothing.

    That holds while the broker's modules are loaded, and nothing better could be done
    in the middle of them; then the broker looks after its signals itself.
    """
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: os._exit(0))


def _added() -> dict[str, _Later]:
    """Return the commands that other installed packages bring."""
    from importlib.metadata import entry_points

    found = entry_points(group=ENTRY_POINTS)
    return {point.name: _Later(point.module, point.load) for point in found}


class _Later:
    """A command that is loaded when it is called."""

    def __init__(self, module: str, load: Callable[[], Main]) -> None:
        self._module = module
        self._load = load

    def __call__(self, arguments: list[str]) -> int:
        return self._load()(arguments)

    @property
    def summary(self) -> str:
        """What the command is for; loads its module."""
        try:
            return str(import_module(self._module).SUMMARY)
        except (ImportError, AttributeError):
            return "see its --help"


def _help() -> str:
    """Return what `logion --help` prints."""
    rows = [(name, about) for name, (_, about) in COMMANDS.items()]
    rows += [(name, command.summary) for name, command in _added().items()]
    commands = "\n".join(f"  {name:<13} {about}" for name, about in rows)
    return (
        "logion: Kafka's promises, executable\n\n"
        "usage: logion COMMAND [ARGUMENT ...]\n\n"
        f"{commands}\n\n"
        "  --version     print the version\n"
        "  COMMAND --help says more of each."
    )
