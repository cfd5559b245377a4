from __future__ import annotations

import json
import logging
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import trio
from logion import __version__
from logion.cli import broker as module
from logion.cli.broker import main
from logion.client.cluster import open_cluster
from logion.client.connection import Address
from logion.properties import parse_properties
from logion.testing import Broker

from tests.logion.cli.running import (
    DEADLINE_S,
    READY,
    broker_process,
    ended,
    ready_line,
    text_of,
    write,
)

Capsys = pytest.CaptureFixture[str]
FREE_PORT = ("--listen", "127.0.0.1:0")


@pytest.fixture(autouse=True)
def _logger() -> Iterator[None]:
    """Give the logger back as it was: commands point it at stderr."""
    root = logging.getLogger("logion")
    before = (root.handlers, root.level, root.propagate)
    yield
    root.handlers, root.level, root.propagate = before


@pytest.fixture
def stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a broker in this process stop as soon as it has said that it is ready."""

    async def at_once() -> None:
        os.kill(os.getpid(), signal.SIGTERM)
        await trio.sleep_forever()

    class Trio:
        def __getattr__(self, name: str) -> object:
            return at_once if name == "sleep_forever" else getattr(trio, name)

    monkeypatch.setattr(module, "trio", Trio())


@pytest.fixture(autouse=True)
def _signals() -> Iterator[None]:
    """Give the signals back as they were: a broker hands them to the system."""
    before = {it: signal.getsignal(it) for it in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, action in before.items():
        signal.signal(number, action)


# As a process: signals


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_it_cleanly_with_status_0_and_one_line_said(
    number: signal.Signals, tmp_path: Path
) -> None:
    with broker_process("--data", str(tmp_path)) as process:
        assert READY.fullmatch(ready_line(process))
        assert ended(process, number) == (0, "")
    assert (tmp_path / ".kafka_cleanshutdown").exists()


@pytest.mark.slow
def test_the_ready_line_and_the_ready_file_say_where_connections_work(
    tmp_path: Path,
) -> None:
    file = tmp_path / "ready"
    with broker_process("--ready-file", str(file), "--release", "2.8.1") as process:
        said = READY.fullmatch(ready_line(process))
        assert said is not None
        host, port, release = said.groups()
        assert (host, release) == ("127.0.0.1", "2.8")
        assert said[0].startswith(f"logion {__version__} ")
        assert file.read_text() == f"{host}:{port}\n"
        socket.create_connection((host, int(port)), timeout=30).close()
        ended(process, signal.SIGTERM)


@pytest.mark.slow
def test_a_temporary_folder_is_gone_afterwards(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    with broker_process() as process:
        ready_line(process)
        assert len(list(tmp_path.glob("logion-*"))) == 1
        ended(process, signal.SIGINT)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_a_broker_killed_leaves_a_folder_that_the_next_one_takes(
    tmp_path: Path,
) -> None:
    with broker_process("--data", str(tmp_path)) as process:
        ready_line(process)
        ended(process, signal.SIGKILL)
    with broker_process("--data", str(tmp_path)) as process:
        assert READY.fullmatch(ready_line(process))
        assert ended(process, signal.SIGTERM)[0] == 0


@pytest.mark.slow
def test_clients_that_are_connected_do_not_hold_up_the_end(tmp_path: Path) -> None:
    with broker_process("--data", str(tmp_path)) as process:
        said = READY.fullmatch(ready_line(process))
        assert said is not None
        with socket.create_connection((said[1], int(said[2])), timeout=30):
            assert ended(process, signal.SIGTERM) == (0, "")


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("loading", ["logion.cli.broker", "trio", "logion.log.manager"])
def test_a_signal_while_modules_are_loaded_ends_it_with_status_0(
    loading: str, number: signal.Signals
) -> None:
    program = f"""
import os, sys

class Finder:
    def find_spec(self, name, *_):
        if name == {loading!r}:
            os.kill(os.getpid(), {int(number)})

sys.meta_path.insert(0, Finder())
from logion.cli.main import main
exit(main())
"""
    command = [sys.executable, "-c", program, "broker", *FREE_PORT]
    ran = subprocess.run(
        command, capture_output=True, text=True, timeout=DEADLINE_S, check=False
    )
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_before_the_broker_runs_ends_it_with_status_0_and_leaves_nothing(
    number: signal.Signals,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: Capsys,
) -> None:
    settings_of = module._config

    def interrupted(*arguments: Any) -> Any:
        assert list(tmp_path.iterdir()) != []
        signal.raise_signal(number)
        assert signal.getsignal(number) is signal.SIG_DFL, "a second one kills"
        return settings_of(*arguments)

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(module, "_config", interrupted)
    assert main([*FREE_PORT]) == 0
    assert capsys.readouterr() == ("", "")
    assert list(tmp_path.iterdir()) == []


async def test_after_the_first_signal_the_second_ends_the_process_at_once() -> None:
    async with trio.open_nursery() as nursery:
        running = trio.CancelScope()
        await nursery.start(module._stop_on_signal, running, ())
        signal.raise_signal(signal.SIGTERM)
    assert running.cancel_called
    for number in (signal.SIGTERM, signal.SIGINT):
        assert signal.getsignal(number) is signal.SIG_DFL


# In this process: arguments


@pytest.mark.usefixtures("stopped")
def test_a_broker_says_where_it_is_and_nothing_else(
    capsys: Capsys, tmp_path: Path
) -> None:
    assert main([*FREE_PORT, "--data", str(tmp_path)]) == 0
    out, err = capsys.readouterr()
    assert READY.fullmatch(out)
    assert err == ""


@pytest.mark.usefixtures("stopped")
@pytest.mark.parametrize(
    ("listen", "shown"),
    [(":0", "127.0.0.1"), ("0.0.0.0:0", "127.0.0.1"), ("localhost:0", "localhost")],
)
def test_a_broker_on_every_interface_is_reached_on_this_machine(
    listen: str, shown: str, capsys: Capsys
) -> None:
    advertised = "advertised.listeners=PLAINTEXT://localhost:9092"
    assert main(["--listen", listen, "--set", advertised]) == 0
    assert f" listening on {shown}:" in capsys.readouterr().out


@pytest.mark.usefixtures("stopped")
def test_an_address_of_ipv6_is_said_in_brackets(capsys: Capsys, tmp_path: Path) -> None:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        pytest.skip("this machine has no IPv6")
    file = tmp_path / "ready"
    assert main(["--listen", "[::1]:0", "--ready-file", str(file)]) == 0
    assert " listening on [::1]:" in capsys.readouterr().out
    assert file.read_text().startswith("[::1]:")


SHIPPED = {
    "0.8.2": (
        "broker.id=0\nport=0\nnum.network.threads=3\nlog.dirs={}\n"
        "log.cleaner.enable=false\nzookeeper.connect=localhost:2181\n"
    ),
    "0.10.0": (
        "broker.id=0\nlisteners=PLAINTEXT://:0\nlog.dirs={}\n"
        "num.recovery.threads.per.data.dir=1\nzookeeper.connect=localhost:2181\n"
    ),
    "2.8": (
        "broker.id=0\nlisteners=PLAINTEXT://127.0.0.1:0\nlog.dirs={}\n"
        "offsets.topic.replication.factor=1\ngroup.initial.rebalance.delay.ms=0\n"
    ),
    "4.1": (
        "process.roles=broker,controller\nnode.id=1\nlog.dirs={}\n"
        "controller.quorum.bootstrap.servers=localhost:9093\n"
        "listeners=PLAINTEXT://:0,CONTROLLER://:0\n"
        "inter.broker.listener.name=PLAINTEXT\n"
        "advertised.listeners=PLAINTEXT://localhost:9092,CONTROLLER://localhost:9093\n"
        "controller.listener.names=CONTROLLER\n"
        "listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT\n"
    ),
}


@pytest.mark.usefixtures("stopped")
@pytest.mark.parametrize("played", [[], ["--release", "0.8.2"], ["--release", "3.9"]])
@pytest.mark.parametrize("written_for", SHIPPED)
def test_the_settings_file_of_any_release_is_taken(
    written_for: str, played: list[str], tmp_path: Path, capsys: Capsys
) -> None:
    data = tmp_path / "data"
    text = SHIPPED[written_for].format(data)
    file = write(tmp_path / "server.properties", text.encode())
    assert main([str(file), *played]) == 0
    out, err = capsys.readouterr()
    assert READY.fullmatch(out)
    assert err == ""
    assert (data / "meta.properties").exists()


@pytest.mark.usefixtures("stopped")
def test_the_command_line_goes_over_the_file(tmp_path: Path, capsys: Capsys) -> None:
    text = b"# \xe9\nlisteners=PLAINTEXT://nosuch.invalid:1\nlog.dirs=/nosuch\nbroker.id=3\n"
    file = write(tmp_path / "server.properties", text)
    data = tmp_path / "data"
    arguments = [*FREE_PORT, "--data", str(data), "--set", "broker.id = 5"]
    assert main([str(file), *arguments]) == 0
    assert "node.id=5\n" in (data / "meta.properties").read_text()
    assert READY.fullmatch(capsys.readouterr().out)


@pytest.mark.usefixtures("stopped")
def test_unknown_settings_are_warned_about(capsys: Capsys) -> None:
    assert main([*FREE_PORT, "--set", "no.such.key=1"]) == 0
    err = capsys.readouterr().err
    assert err.endswith(" WARNING logion.cli.broker: unknown setting no.such.key\n")


@pytest.mark.usefixtures("stopped")
def test_a_fault_that_never_fired_is_warned_about(
    capsys: Capsys, tmp_path: Path
) -> None:
    plan = tmp_path / "faults.toml"
    plan.write_text('[[rules]]\nname = "slow"\ndelay_ms = 5\n')
    assert main([*FREE_PORT, "--faults", str(plan)]) == 0
    assert "fault slow fired 0 times; 0 requests matched" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('[[rules]]\napi = "Fech"\n', "rule 1: api is 'Fech', no API of Kafka; "),
        (None, "No such file"),
    ],
)
def test_a_plan_that_cannot_be_used_is_refused(
    text: str | None, reason: str, capsys: Capsys, tmp_path: Path
) -> None:
    plan = tmp_path / "faults.toml"
    if text is not None:
        plan.write_text(text)
    assert main([*FREE_PORT, "--faults", str(plan)]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert reason in line
    assert str(plan) in line


@pytest.mark.usefixtures("stopped")
def test_with_json_logs_every_line_is_an_object(capsys: Capsys) -> None:
    arguments = [*FREE_PORT, "--set", "no.such.key=1", "--log-format", "json"]
    assert main([*arguments, "--log-level", "debug"]) == 0
    entries = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert {"unknown setting no.such.key"} <= {entry["message"] for entry in entries}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--set", "num.partitions=x"], "Invalid value x for configuration num.partit"),
        (["--set", "num.partitions"], "--set num.partitions: expected KEY=VALUE"),
        (
            ["--listen", "nowhere"],
            "Invalid value PLAINTEXT://nowhere for configuration",
        ),
        (["--listen", "127.0.0.1:65536"], "configuration listeners: expected NAME://h"),
        (["--release", "9.9"], "release 9.9 is not known; the nearest is 4.3"),
        (["nosuch.properties"], "nosuch.properties: No such file or directory"),
        (["--set", "listeners=SSL://127.0.0.1:0"], "only PLAINTEXT is built"),
    ],
)
def test_what_is_wrong_with_arguments_is_one_line_and_status_2(
    arguments: list[str], said: str, capsys: Capsys
) -> None:
    assert main(arguments) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("logion broker: ")
    assert said in err
    assert err.count("\n") == 1


# In this process: what keeps a broker from starting


def refusal(capsys: Capsys, *arguments: str) -> str:
    """Return the one line with which a broker does not start."""
    assert main([*FREE_PORT, *arguments, "--log-format", "json"]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    entry = json.loads(err)
    assert entry["level"] == "error"
    return str(entry["message"])


def test_a_folder_in_use_is_refused(tmp_path: Path, capsys: Capsys) -> None:
    with Broker(data=str(tmp_path)):
        said = refusal(capsys, "--data", str(tmp_path))
    assert said == f"{tmp_path} is locked: another broker uses it"


def test_an_address_in_use_is_refused(capsys: Capsys) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        said = refusal(capsys, "--listen", f"127.0.0.1:{port}")
    assert said == f"cannot listen on 127.0.0.1:{port}: Address already in use"


@pytest.mark.usefixtures("stopped")
@pytest.mark.parametrize(
    ("release", "expected"),
    [
        ("0.11.0", {"version", "broker.id"}),
        ("2.4", {"version", "broker.id", "cluster.id"}),
        ("3.9", {"version", "broker.id", "cluster.id"}),
        ("4.3", {"version", "node.id", "cluster.id"}),
    ],
)
def test_a_folder_says_whose_it_is_as_the_release_writes_it(
    release: str, expected: set[str], tmp_path: Path
) -> None:
    arguments = [*FREE_PORT, "--data", str(tmp_path)]
    assert main([*arguments, "--release", release]) == 0
    text = (tmp_path / "meta.properties").read_text()
    found = parse_properties(text)
    assert set(found) == expected
    assert found["version"] == ("1" if "node.id" in found else "0")
    assert main([*arguments, "--release", "4.3"]) == 0
    assert main([*arguments, "--release", "0.10.0"]) == 0
    assert (tmp_path / "meta.properties").read_text() == text


def test_the_folder_of_another_broker_is_refused(
    tmp_path: Path, capsys: Capsys
) -> None:
    write(tmp_path / "meta.properties", b"version=0\nbroker.id=1\n")
    said = refusal(capsys, "--data", str(tmp_path), "--set", "broker.id=2")
    assert "broker.id=1, this broker has 2" in said


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("meta.properties", b"version=0\nbroker.id=x\n"),
        ("logion-coordination.journal", b"something else entirely\n" * 9),
    ],
)
def test_a_folder_that_cannot_be_read_is_refused_without_a_traceback(
    name: str, content: bytes, tmp_path: Path, capsys: Capsys
) -> None:
    write(tmp_path / name, content)
    assert str(tmp_path) in refusal(capsys, "--data", str(tmp_path))


def test_a_file_in_place_of_the_folder_is_refused(
    tmp_path: Path, capsys: Capsys
) -> None:
    file = write(tmp_path / "file", b"")
    assert str(file) in refusal(capsys, "--data", str(file))


def test_a_ready_file_that_cannot_be_written_is_refused(
    tmp_path: Path, capsys: Capsys
) -> None:
    said = refusal(capsys, "--ready-file", str(tmp_path / "no" / "ready"))
    assert "No such file or directory" in said


def test_no_temporary_folder_is_left_by_a_start_that_failed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capsys
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    refusal(capsys, "--listen", "nosuch.invalid:0")
    assert list(tmp_path.iterdir()) == []


async def test_clients_are_told_the_name_of_a_machine_listened_on_everywhere() -> None:
    async with Broker(config={"listeners": "PLAINTEXT://:0"}) as broker:
        port = int(broker.bootstrap.rpartition(":")[2])
        async with open_cluster([Address("127.0.0.1", port)]) as cluster:
            (node,) = cluster.picture.nodes.values()
    assert (node.host, node.port) == (socket.gethostname(), port)


@pytest.mark.slow
def test_a_broker_that_cannot_start_leaves_no_traceback(tmp_path: Path) -> None:
    with (
        broker_process("--data", str(tmp_path)) as first,
        broker_process("--data", str(tmp_path)) as second,
    ):
        ready = [ready_line(it) for it in (first, second)]
        failed = second if not ready[1] else first
        assert sorted(map(bool, ready)) == [False, True]
        assert failed.wait(30) == 1
        assert text_of(failed.stderr).count("\n") == 1
