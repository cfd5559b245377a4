from __future__ import annotations

import signal
import socket
import sys
from pathlib import Path

import pytest
from logion_conformance import processes
from logion_conformance.processes import Process, free_port, is_listening

SERVER = """
import socket, sys, time
server = socket.create_server(("127.0.0.1", int(sys.argv[1])))
print("serving", flush=True)
time.sleep(60)
"""


def server(folder: Path, text: str = SERVER) -> Process:
    port = free_port()
    command = [sys.executable, "-c", text, str(port)]
    return Process(command, port, folder / "output")


@pytest.mark.slow
def test_a_process_listens_once_it_is_started_and_is_gone_once_it_is_stopped(
    tmp_path: Path,
) -> None:
    process = server(tmp_path)
    process.ready = "serving"
    process.start()
    assert is_listening(process.port)
    process.stop()
    assert not is_listening(process.port)
    assert process.popen.returncode is not None


@pytest.mark.slow
def test_a_process_that_does_not_end_when_asked_is_killed(tmp_path: Path) -> None:
    process = server(
        tmp_path, f"import signal; signal.signal(15, signal.SIG_IGN){SERVER}"
    )
    process.start()
    process.stop(0.05)
    assert process.popen.returncode == -9


def test_a_process_that_dies_is_told_with_what_it_printed(tmp_path: Path) -> None:
    process = server(tmp_path, "print('no port')")
    told = "did not start: it ended, exit status 0:\nno port"
    with pytest.raises(RuntimeError, match=told):
        process.start()


def test_a_process_started_again_is_not_taken_for_ready_by_what_it_said_before(
    tmp_path: Path,
) -> None:
    process = server(tmp_path, "print('no port')")
    process.ready = "serving"
    process.output.write_text("serving\n")
    with socket.create_server(("127.0.0.1", process.port)):
        with pytest.raises(RuntimeError, match="did not start"):
            process.start()
        assert process.said == "no port\n"


def interrupt(*_: object) -> None:
    raise KeyboardInterrupt


@pytest.mark.slow
def test_an_interrupt_while_a_process_starts_leaves_none_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    process = server(tmp_path)
    monkeypatch.setattr(processes, "is_listening", interrupt)
    with pytest.raises(KeyboardInterrupt):
        process.start()
    assert process.popen.returncode == -9


@pytest.mark.slow
def test_an_interrupt_while_a_process_is_stopped_leaves_none_behind(
    tmp_path: Path,
) -> None:
    process = server(
        tmp_path, f"import signal; signal.signal(15, signal.SIG_IGN){SERVER}"
    )
    process.start()
    previous = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, 0.05)
    try:
        with pytest.raises(KeyboardInterrupt):
            process.stop(30)
    finally:
        signal.signal(signal.SIGALRM, previous)
    assert process.popen.returncode == -9


def test_a_port_that_nobody_listens_on_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "START_SECONDS_MAX", 0.0)
    port = free_port()
    with pytest.raises(RuntimeError, match=f"nothing listens on port {port}"):
        processes.await_listening(port)


def test_a_port_that_somebody_listens_on_is_not_waited_for() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        processes.await_listening(listener.getsockname()[1])
