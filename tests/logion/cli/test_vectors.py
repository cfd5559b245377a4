"""`logion vectors export`: files, their manifest, and what cannot be exported."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from logion.cli.protocol import main as protocol
from logion.cli.vectors import main


@pytest.mark.slow
def test_all_vectors_are_exported_and_counted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["export", str(tmp_path)]) == 0
    manifest = json.loads((tmp_path / "manifest.json").read_text())
    assert manifest["format"] == 1
    total = sum(manifest["counts"].values())
    assert capsys.readouterr().out == f"{total} vectors in {tmp_path}\n"
    for name, counts in manifest["files"].items():
        lines = (tmp_path / name).read_text(encoding="utf-8").splitlines()
        assert len(lines) == sum(counts.values()), name
    fetch = json.loads(
        (tmp_path / "messages/Fetch.jsonl").read_text(encoding="utf-8").split("\n")[0]
    )
    assert (fetch["name"], fetch["apiKey"], fetch["version"]) == ("FetchRequest", 1, 0)


def test_one_version_of_one_api_can_be_checked_by_the_commands_that_check(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["export", str(tmp_path), "--api", "Heartbeat", "--version", "3"]) == 0
    assert sorted(it.name for it in tmp_path.rglob("*.json*")) == [
        "Heartbeat.jsonl",
        "manifest.json",
    ]
    assert protocol(["check", str(tmp_path / "messages/Heartbeat.jsonl")]) == 0
    assert "10 of 10 agree" in capsys.readouterr().out


def test_a_message_is_named_like_an_api(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["export", str(tmp_path), "--api", "RequestHeader"]) == 0
    assert (tmp_path / "messages/RequestHeader.jsonl").exists()
    assert main(["export", str(tmp_path), "--api", "HeartbeatRequest"]) == 0
    text = (tmp_path / "messages/Heartbeat.jsonl").read_text()
    assert "HeartbeatResponse" not in text


@pytest.mark.parametrize(
    ("flags", "text"),
    [
        (["--api", "Fech"], "no API or message is called 'Fech': logion protocol list"),
        (["--api", "Fetch", "--version", "99"], "there is no version 99 of Fetch"),
        (["--version", "99"], "no version 99 of any message"),
    ],
)
def test_what_is_not_there_is_not_exported(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], flags: list[str], text: str
) -> None:
    assert main(["export", str(tmp_path), *flags]) == 2
    assert text in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_none_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "file"
    file.touch()
    assert main(["export", str(file), "--api", "Heartbeat"]) == 2
    assert "file" in capsys.readouterr().err
