from __future__ import annotations

import sys
from pathlib import Path

import pytest
from logion.client.versions import VersionRange
from logion.protocol.apis import API_VERSIONS, FETCH
from logion_conformance import starting
from logion_conformance.processes import is_listening
from logion_conformance.targets import Named, NotStarted, meet, started

SERVER = """
import socket, sys, time
server = socket.create_server(("127.0.0.1", int(sys.argv[1])))
print("127.0.0.1:%d" % server.getsockname()[1], flush=True)
time.sleep(60)
"""


def test_the_reference_is_started_as_a_process() -> None:
    line = starting.reference_command("0.10.0")
    assert line[1:] == ["broker", "--release", "0.10.0"]


def test_settings_are_flags_of_the_reference() -> None:
    assert starting.flags_of({"a": "1", "b": "2"}) == ["--set", "a=1", "--set", "b=2"]


def test_a_command_line_has_placeholders() -> None:
    line = starting.words("{python} 'a b' --x={port} {data}/y", port=5, data=Path("d"))
    assert line == [sys.executable, "a b", "--x=5", "d/y"]


@pytest.mark.slow
@pytest.mark.parametrize("port", ["{port}", "0"])
def test_a_command_is_given_a_port_or_prints_its_own(tmp_path: Path, port: str) -> None:
    program = tmp_path / "server.py"
    program.write_text(SERVER)
    target = Named("command", f"{{python}} {program} {port}")
    with started(target) as broker:
        assert is_listening(broker.address.port)
        assert broker.keeps == (port == "{port}")
        assert not broker.has_settings
    assert not is_listening(broker.address.port)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("no-such-program", "there is no program 'no-such-program'"),
        ("{python} -c \"raise SystemExit('no disk')\"", "exit status 1:\nno disk"),
        ("false {port}", "it ended, exit status 1, and printed nothing"),
    ],
)
def test_what_does_not_start_is_told_with_what_it_printed(
    line: str, reason: str
) -> None:
    with (
        pytest.raises(NotStarted, match=reason),
        started(Named("command", line)),
    ):
        pass


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("logion", "no `logion` command"),
        ("kfake", "no go on this machine"),
        ("librdkafka-mock", "confluent-kafka, which is not installed"),
    ],
)
def test_what_a_target_needs_is_named(
    monkeypatch: pytest.MonkeyPatch, kind: str, reason: str
) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    monkeypatch.setattr(starting, "find_spec", lambda _: None)
    with (
        pytest.raises(NotStarted, match=reason),
        started(Named(kind)),  # type: ignore[arg-type]  # one of three
    ):
        pass


@pytest.mark.slow
def test_the_mock_of_librdkafka_is_met_though_it_answers_new_apiversions_wrongly() -> (
    None
):
    with started(Named("librdkafka-mock")) as broker:
        target = meet((broker.address,), None)
        assert target.versions.spoken[FETCH].last >= 11
        assert target.versions.spoken[API_VERSIONS] == VersionRange(0, 0)
        assert not broker.keeps


def test_go_that_does_not_build_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "go").write_text("#!/bin/sh\necho no modules >&2; exit 1\n")
    (tmp_path / "go").chmod(0o755)
    source = tmp_path / "source"
    source.mkdir()
    (source / "main.go").write_text("package main")
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    monkeypatch.setattr(starting, "cache_folder", lambda: tmp_path / "cache")
    with pytest.raises(RuntimeError, match="failed:\nno modules"):
        starting.built_with_go(source)
