from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest
from logion.cli.protocol import main
from logion.protocol.catalogue import all_messages
from logion.protocol.codec import encode
from logion.protocol.json import to_json
from logion.protocol.schema import schema_of, zero_of

from tests.logion.cli.running import give_stdin
from tests.shared import needs_shared, shared

Capsys = pytest.CaptureFixture[str]
HEARTBEAT = {"groupId": "g", "generationId": 3, "memberId": "m"}
HEARTBEAT_HEX = "0001670000000300016d"


def test_list_names_apis_and_other_messages(capsys: Capsys) -> None:
    assert main(["list"]) == 0
    out = capsys.readouterr().out
    assert "18   ApiVersions " in out
    assert "\nRequestHeader " in out


def test_show_tells_the_history_once_and_both_messages(capsys: Capsys) -> None:
    assert main(["show", "Heartbeat"]) == 0
    out = capsys.readouterr().out
    assert out.count("Heartbeat (API 12)") == 1
    assert "\nHeartbeatRequest (API 12), versions 0-4, flexible 4+\n" in out
    assert "\nHeartbeatResponse (API 12), versions 0-4, flexible 4+\n" in out


def test_show_of_a_version_has_no_history(capsys: Capsys) -> None:
    assert main(["show", "HeartbeatRequest", "--version", "1"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("HeartbeatRequest (API 12), version 1, not flexible\n")


@pytest.mark.parametrize(
    ("stdin", "flags"),
    [
        (HEARTBEAT_HEX.encode(), []),
        (b" 0001 67\n00000003\t0001 6D\n", []),
        (HEARTBEAT_HEX.encode(), ["--hex"]),
        (bytes.fromhex(HEARTBEAT_HEX), []),
        (bytes.fromhex(HEARTBEAT_HEX), ["--bytes"]),
    ],
)
def test_decode_takes_digits_or_bytes(
    stdin: bytes, flags: list[str], monkeypatch: pytest.MonkeyPatch, capsys: Capsys
) -> None:
    give_stdin(monkeypatch, stdin)
    assert main(["decode", "HeartbeatRequest", "0", *flags]) == 0
    assert json.loads(capsys.readouterr().out) == HEARTBEAT


def test_bytes_that_look_like_digits_are_bytes_if_that_is_said(
    monkeypatch: pytest.MonkeyPatch, capsys: Capsys
) -> None:
    give_stdin(monkeypatch, b"00")
    assert main(["decode", "HeartbeatResponse", "0", "--bytes"]) == 0
    assert json.loads(capsys.readouterr().out) == {"errorCode": 0x3030}


@pytest.mark.parametrize(
    ("stdin", "flags", "said"),
    [
        (b"000167", [], "HeartbeatRequest v0: generationId at byte 3: "),
        (HEARTBEAT_HEX.encode() + b"00", [], "ends at byte 10"),
        (b"000", [], "stdin is not pairs of hexadecimal digits"),
        (b"xyz", ["--hex"], "stdin is not pairs of hexadecimal digits"),
        (b"", [], "groupId at byte 0"),
    ],
)
def test_what_cannot_be_decoded_is_one_line_and_status_1(
    stdin: bytes,
    flags: list[str],
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: Capsys,
) -> None:
    give_stdin(monkeypatch, stdin)
    assert main(["decode", "HeartbeatRequest", "0", *flags]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("logion protocol decode: ")
    assert said in err
    assert err.count("\n") == 1


def test_encode_writes_digits(monkeypatch: pytest.MonkeyPatch, capsys: Capsys) -> None:
    give_stdin(monkeypatch, json.dumps(HEARTBEAT).encode())
    assert main(["encode", "HeartbeatRequest", "0"]) == 0
    assert capsys.readouterr().out == f"{HEARTBEAT_HEX}\n"


def test_encode_writes_bytes_if_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    give_stdin(monkeypatch, json.dumps(HEARTBEAT).encode())
    out = io.TextIOWrapper(io.BytesIO())
    monkeypatch.setattr(sys, "stdout", out)
    assert main(["encode", "HeartbeatRequest", "0", "--bytes"]) == 0
    assert isinstance(out.buffer, io.BytesIO)
    assert out.buffer.getvalue() == bytes.fromhex(HEARTBEAT_HEX)


@pytest.mark.parametrize(
    ("stdin", "said"),
    [
        (b"{", "stdin is not JSON"),
        (b"\xff{}", "logion protocol encode: "),
        (b"[]", "expected an object, found []"),
        (b'{"groupId": 1, "generationId": 3, "memberId": "m"}', "groupId: expected"),
        (b'{"groupId": "g"}', "'generationId' is missing"),
        (b'{"group": "g"}', "has no field 'group' in v0"),
    ],
)
def test_what_cannot_be_encoded_is_one_line_and_status_1(
    stdin: bytes, said: str, monkeypatch: pytest.MonkeyPatch, capsys: Capsys
) -> None:
    give_stdin(monkeypatch, stdin)
    assert main(["encode", "HeartbeatRequest", "0"]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert said in err
    assert err.count("\n") == 1


@pytest.mark.slow
def test_decode_and_encode_are_inverse_for_every_message(
    monkeypatch: pytest.MonkeyPatch, capsys: Capsys
) -> None:
    for cls in all_messages():
        version = schema_of(cls).versions[-1]
        body = encode(zero_of(cls), version).hex()
        give_stdin(monkeypatch, body.encode())
        assert main(["decode", cls.__name__, str(version), "--hex"]) == 0
        shown = capsys.readouterr().out
        assert json.loads(shown) == to_json(zero_of(cls), version)
        give_stdin(monkeypatch, shown.encode())
        assert main(["encode", cls.__name__, str(version)]) == 0
        assert capsys.readouterr().out == f"{body}\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["show", "Nosuch"], "logion protocol show: no message is called 'Nosuch'"),
        (["show", "Fetch", "--version", "99"], "has versions 0-18, not 99"),
        (["decode", "Fetch", "0"], "did you mean FetchRequest or FetchResponse?"),
        (["encode", "FetchRequest", "-1"], "has versions 0-18, not -1"),
    ],
)
def test_unknown_names_and_versions_are_status_2(
    arguments: list[str], said: str, capsys: Capsys
) -> None:
    assert main(arguments) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert said in err
    assert err.count("\n") == 1


@needs_shared
@pytest.mark.slow
def test_the_vectors_of_apache_kafka_agree_but_for_the_known_one(
    capsys: Capsys,
) -> None:
    assert main(["check", str(shared("spec/golden/messages-3.9.0.jsonl"))]) == 1
    first, last = capsys.readouterr().out.splitlines()
    assert "ReadShareGroupStateSummaryResponse v0: " in first
    assert last == "1331 of 1332 agree"


def test_check_says_which_line_field_and_byte_differ(
    tmp_path: Path, capsys: Capsys
) -> None:
    vectors = [
        {"name": "HeartbeatRequest", "version": 0, "hex": HEARTBEAT_HEX},
        {
            "name": "HeartbeatRequest",
            "version": 0,
            "hex": HEARTBEAT_HEX,
            "json": HEARTBEAT | {"generationId": 4},
        },
    ]
    file = tmp_path / "v.jsonl"
    file.write_text("".join(json.dumps(each) + "\n" for each in vectors))
    assert main(["check", str(file)]) == 1
    assert capsys.readouterr().out == (
        "line 2: HeartbeatRequest v0: generationId: expected 4, found 3\n1 of 2 agree\n"
    )
