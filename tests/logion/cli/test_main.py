from __future__ import annotations

import doctest
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib import metadata
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest
from logion import __version__
from logion.cli import main as module
from logion.cli.main import COMMANDS, INTERRUPTED, main

from tests.logion.cli.running import DEADLINE_S, LOGION, run

Capsys = pytest.CaptureFixture[str]
DOCUMENT = Path(__file__).parents[3] / "docs" / "cli.md"
EXAMPLES = re.findall(r"```console\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)


@pytest.fixture(autouse=True)
def _signals() -> Iterator[None]:
    """Give the signals back as they were: `broker` takes them at once."""
    before = {it: signal.getsignal(it) for it in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, action in before.items():
        signal.signal(number, action)


def call(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["logion", *arguments])
    return main()


def steps(example: str) -> list[tuple[str, str]]:
    """Return the commands of an example, each with what it should print."""
    parts = re.split(r"^\$ ", example, flags=re.MULTILINE)[1:]
    return [(part.partition("\n")[0], part.partition("\n")[2]) for part in parts]


def test_the_version_is_printed(
    monkeypatch: pytest.MonkeyPatch, capsys: Capsys
) -> None:
    assert call(monkeypatch, "--version") == 0
    assert capsys.readouterr().out == f"logion {__version__}\n"


@pytest.mark.parametrize("arguments", [(), ("help",), ("--help",), ("-h",)])
def test_help_names_every_command(
    arguments: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, capsys: Capsys
) -> None:
    assert call(monkeypatch, *arguments) == 0
    out = capsys.readouterr().out
    named = re.findall(r"^  ([a-z][a-z-]+) ", out, re.MULTILINE)
    assert set(named) >= {*COMMANDS, "model", "trace"}


def test_help_says_what_each_command_is_for(
    monkeypatch: pytest.MonkeyPatch, capsys: Capsys
) -> None:
    assert call(monkeypatch, "help") == 0
    lines = capsys.readouterr().out.splitlines()
    about = {line.split()[0]: " ".join(line.split()[1:]) for line in lines if line}
    for name, (_, text) in COMMANDS.items():
        assert about[name] == text
    assert about["model"] == "list the specifications and explore them exhaustively"
    assert about["trace"] == "record what a client and a broker say, and replay it"


def test_a_command_that_says_nothing_of_itself_does_not_break_the_help(
    monkeypatch: pytest.MonkeyPatch, capsys: Capsys
) -> None:
    points = [
        EntryPoint("silent", "json:dumps", "logion.commands"),
        EntryPoint("broken", "no.such.module:main", "logion.commands"),
    ]
    monkeypatch.setattr(metadata, "entry_points", lambda **_: points)
    assert call(monkeypatch, "help") == 0
    out = capsys.readouterr().out
    assert re.findall(r"^  (\w+) +see its --help$", out, re.MULTILINE) == [
        "silent",
        "broken",
    ]


def test_an_unknown_command_is_one_line_and_status_2(
    monkeypatch: pytest.MonkeyPatch, capsys: Capsys
) -> None:
    assert call(monkeypatch, "nosuch") == 2
    said = "logion: no command 'nosuch' (see logion --help)\n"
    assert capsys.readouterr() == ("", said)


@pytest.mark.parametrize("name", [*COMMANDS, "model", "trace"])
def test_every_command_explains_itself(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: Capsys
) -> None:
    with pytest.raises(SystemExit) as ended:
        call(monkeypatch, name, "--help")
    assert ended.value.code == 0
    assert f"usage: logion {name} " in capsys.readouterr().out


def test_a_command_gets_the_rest_of_the_line_and_gives_the_status(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen: list[list[str]] = []

    def command(arguments: list[str]) -> int:
        seen.append(arguments)
        return 7

    monkeypatch.setattr(module, "_command", {"x": command}.get)
    assert call(monkeypatch, "x", "-a", "b") == 7
    assert seen == [["-a", "b"]]


def failing(problem: BaseException) -> Callable[[list[str]], int]:
    def command(_: list[str]) -> int:
        raise problem

    return command


def test_an_interrupt_is_a_status_and_no_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: Capsys
) -> None:
    commands = {"x": failing(KeyboardInterrupt())}
    monkeypatch.setattr(module, "_command", commands.get)
    assert call(monkeypatch, "x") == INTERRUPTED == 130
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("buffered", ["", "1"])
@pytest.mark.parametrize(
    "arguments",
    [
        ("protocol", "list"),
        ("releases", "4.3"),
        ("broker", "--help"),
        ("dump-log", "meta.properties"),
        ("records", "check", "meta.properties"),
    ],
)
def test_a_reader_that_has_seen_enough_is_no_error(
    arguments: tuple[str, ...], buffered: str, tmp_path: Path
) -> None:
    (tmp_path / "meta.properties").write_text("broker.id=1\n")
    reading, writing = os.pipe()
    os.close(reading)
    try:
        ended = subprocess.run(
            [*LOGION, *arguments],
            stdout=writing,
            cwd=tmp_path,
            env={**os.environ, "PYTHONUNBUFFERED": buffered},
            stderr=subprocess.PIPE,
            timeout=DEADLINE_S,
            check=False,
        )
    finally:
        os.close(writing)
    assert (ended.returncode, ended.stderr) == (0, b"")


def test_a_process_ends_with_the_status_of_its_command() -> None:
    assert run("releases", "9.9").returncode == 2


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_documentation_shows_what_happens(example: str, tmp_path: Path) -> None:
    bin_folder = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    assert steps(example)
    for command, expected in steps(example):
        ended = subprocess.run(
            command,
            shell=True,
            cwd=tmp_path,
            env={**os.environ, "PATH": bin_folder},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=DEADLINE_S,
            check=False,
        )
        checker = doctest.OutputChecker()
        assert checker.check_output(expected, ended.stdout, doctest.ELLIPSIS), (
            command,
            ended.stdout,
        )
