from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import pytest
from logion_conformance import apache, maven


@pytest.mark.parametrize(
    ("release", "expected"),
    [
        ("0.8.2.2", ("2.11", True, 1)),
        ("0.10.1.1", ("2.11", True, 4)),
        ("1.1.1", ("2.12", True, 4)),
        ("2.8.2", ("2.13", True, 2)),
        ("3.9.1", ("2.13", True, 3)),
        ("4.3.0", ("2.13", False, 2)),
    ],
)
def test_each_release_has_its_scala_its_metadata_and_its_jars(
    release: str, expected: tuple[str, bool, int]
) -> None:
    artifacts = apache.artifacts_of(release)
    scala, zookeeper, count = expected
    assert artifacts[0] == f"org.apache.kafka:kafka_{scala}:{release}"
    assert apache.uses_zookeeper(release) is zookeeper
    assert len(artifacts) == count


def test_releases_listen_by_the_settings_they_know() -> None:
    assert apache.listener_settings("0.8.2.2", 1)["port"] == "1"
    newer = {"listeners": "PLAINTEXT://127.0.0.1:1"}
    assert apache.listener_settings("0.9.0.1", 1) == newer


@contextmanager
def zookeeper_with(*sessions: str) -> Iterator[str]:
    """Run what tells of these sessions, each when it is asked once more."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            for session in sessions:
                asked, _ = server.accept()
                with asked:
                    assert asked.recv(4) == b"dump"
                    asked.sendall(f"Sessions with Ephemerals\n\t{session}\n".encode())

        thread = Thread(target=answer)
        thread.start()
        yield f"127.0.0.1:{server.getsockname()[1]}"
        thread.join()


def test_a_killed_brokers_session_is_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(apache, "PAUSE_SECONDS", 0)
    with zookeeper_with("/brokers/ids/0", "/brokers/ids/0", "/other") as address:
        apache.await_no_broker(address)
    monkeypatch.setattr(apache, "SESSION_SECONDS_MAX", 0)
    with pytest.raises(TimeoutError, match="session still stands"):
        apache.await_no_broker("127.0.0.1:9")


def test_a_pom_names_what_is_needed() -> None:
    text = maven.pom(["a:b:1"], name="jars")
    assert "<groupId>a</groupId><artifactId>b</artifactId><version>1<" in text


def test_jars_that_are_there_are_not_resolved_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []
    monkeypatch.setattr(maven, "maven", lambda *call: asked.append(call))
    for _ in range(2):
        assert maven.resolve(tmp_path, ["a:b:1"]) == tmp_path / "libs"
    assert len(asked) == 1


def test_what_maven_says_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "mvn"
    program.write_text("#!/bin/sh\necho no network; exit 1\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(RuntimeError, match="no network"):
        maven.maven(tmp_path, "x")


def test_in_a_checkout_things_are_kept_beside_it_elsewhere_in_the_users_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert maven.cache_folder().name == ".cache"
    monkeypatch.setattr(maven, "__file__", str(tmp_path / "a" / "b" / "maven.py"))
    monkeypatch.setenv("XDG_CACHE_HOME", "/of-the-user")
    assert maven.cache_folder() == Path("/of-the-user/logion")
