"""`logion broker --console`: where it listens, and what it needs."""

from __future__ import annotations

import signal
import subprocess
import urllib.request

import pytest
from logion.cli import console
from logion.cli.broker import main
from logion.cli.console import Place, console_place

from tests.logion.cli.running import (
    DEADLINE_S,
    LOGION,
    broker_process,
    ready_line,
    run,
)

Capsys = pytest.CaptureFixture[str]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (None, None),
        ("127.0.0.1:0", Place("127.0.0.1", 0)),
        ("localhost:9080", Place("localhost", 9080)),
        ("[::1]:9080", Place("::1", 9080)),
    ],
)
def test_a_place_is_a_host_and_a_port(text: str | None, place: Place | None) -> None:
    assert console_place(text) == place


@pytest.mark.parametrize("text", ["9080", ":9080", "host:", "host:x", "host:65536"])
def test_any_other_place_is_refused_in_one_line(text: str, capsys: Capsys) -> None:
    assert main(["--console", text]) == 2
    said = f"logion broker: --console {text}: expected HOST:PORT\n"
    assert capsys.readouterr() == ("", said)


def test_a_library_that_is_missing_is_named_with_what_installs_it(
    monkeypatch: pytest.MonkeyPatch, capsys: Capsys
) -> None:
    monkeypatch.setattr(console, "LIBRARIES", ("jinja2", "no_such_library"))
    assert main(["--console"]) == 2
    assert capsys.readouterr().err == (
        "logion broker: --console needs no_such_library: "
        "pip install 'logion[console]'\n"
    )


@pytest.mark.slow
def test_the_console_is_there_from_the_ready_line_to_the_signal() -> None:
    with broker_process("--console", "127.0.0.1:0") as process:
        ready_line(process)
        assert process.stdout is not None
        name, url = process.stdout.readline().split()
        assert name == "console:"
        with urllib.request.urlopen(url, timeout=DEADLINE_S) as answer:
            assert b"<h1>Broker 1</h1>" in answer.read()
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=DEADLINE_S)
    assert (process.returncode, out, err) == (0, "", "")


def test_an_address_in_use_is_refused() -> None:
    with broker_process("--console", "127.0.0.1:0") as process:
        ready_line(process)
        assert process.stdout is not None
        place = process.stdout.readline().split("/")[2]
        refused = run("broker", "--listen", "127.0.0.1:0", "--console", place)
    assert refused.returncode == 1
    assert f"cannot listen on {place}: Address already in use" in refused.stderr


def test_without_a_console_none_of_its_libraries_is_loaded() -> None:
    names = [*console.LIBRARIES, "logion.console"]
    program = (
        "import sys; from logion.cli.broker import main; "
        f"sys.exit(any(it in sys.modules for it in {names!r}))"
    )
    assert subprocess.run([LOGION[0], "-c", program], check=False).returncode == 0
