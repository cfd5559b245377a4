"""A failure can be done again without the suite: by a program of plain sockets."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import trio
from logion.client.connection import Exchange, Options
from logion_conformance import tape as tapes
from logion_conformance.cases import test_batches
from logion_conformance.expect import Broken
from logion_conformance.opening import open_subject
from logion_conformance.programs import Given, given, program
from logion_conformance.tape import Event, Tape
from logion_conformance.targets import Target, ask_versions

from tests.logion.client.small_broker import SmallBroker, running
from tests.logion_conformance.servers import listening, silence

MEMBER = bytes.fromhex("00112233445566778899aabbccddeeff0123")
ZEROS = bytes(20)


def event(data: bytes, *, sent: bool, at: float = 0, connection: int = 0) -> Event:
    return Event(at, connection, is_sent=sent, data=data)


def made(*events: Event, run: str = "") -> str:
    return program(events, title='says """x"""', broker="h:1", run=run)


def test_ids_that_come_and_are_sent_later_are_those_of_the_broker() -> None:
    events = [
        event(b"asked", sent=True),
        event(b"head" + MEMBER + b"tail", sent=False),
        event(b"next:" + MEMBER, sent=True),
    ]
    assert list(given(events)) == [Given(1, 4, MEMBER)]


def test_two_ids_in_one_frame_are_told_apart() -> None:
    other = MEMBER[::-1]
    events = [
        event(MEMBER + b"-" + other, sent=False),
        event(other, sent=True),
        event(MEMBER, sent=True),
    ]
    assert list(given(events)) == [Given(0, 0, MEMBER), Given(0, 19, other)]


@pytest.mark.parametrize("value", [ZEROS, MEMBER])
def test_what_we_sent_first_or_has_no_variety_is_no_id(value: bytes) -> None:
    events = [
        event(MEMBER, sent=True),
        event(value, sent=False),
        event(value, sent=True),
    ]
    assert list(given(events)) == []


def test_a_program_names_requests_and_keeps_long_pauses() -> None:
    text = made(
        event(bytes.fromhex("0000000400000009"), sent=True),
        event(b"?", sent=True, at=2.04, connection=1),
        event(b"!!", sent=False, at=2.1),
        run="1a2b",
    )
    assert '(0, 0, ">", "0000000400000009"),  # 0 Produce 9' in text
    assert '(2.0, 1, ">", "3f"),  # 1 bytes' in text
    assert '(0, 0, "<", "2121"),\n    (0, 1, "<", ""),\n]' in text
    assert "RUN = '1a2b'" in text
    assert text.startswith("\"\"\"says '''x'''\"\"\"")
    compile(text, "program", "exec")


async def failing(broker: SmallBroker) -> Tape:
    """Return the tape of a case that fails."""
    spoken = await ask_versions(broker.address, Options())
    target = Target((broker.address,), None, spoken)
    tape, said = Tape(run="0011aabb"), list[Exchange]()
    with pytest.raises(Broken):
        async with open_subject(
            target,
            {},
            prefix="p-0011aabb",
            timeout_s=60,
            exchanges=said,
            tape=tape,
        ) as subject:
            await test_batches.test_a_wrong_checksum_is_refused(subject, 9)
    return tape


async def ran(folder: Path, text: str, *arguments: str) -> str:
    """Return what a program prints."""
    file = folder / "again.py"
    file.write_text(text)
    command = [sys.executable, str(file), *arguments]
    done = await trio.run_process(
        command, capture_stdout=True, stderr=subprocess.STDOUT
    )
    return done.stdout.decode()


@pytest.mark.slow
async def test_a_failure_is_seen_again_and_on_a_sound_broker_it_is_not(
    tmp_path: Path,
) -> None:
    async with running("ignores-crc") as broker:
        tape = await failing(broker)
        host, port = tape.address
        text = program(tape.events, title="t", broker=f"{host}:{port}", run=tape.run)
        again = await ran(tmp_path, text)
        assert broker.asked[-1][0] == "Produce"
        assert len(broker.topics) == 1
        (name,) = broker.topics
    assert not name.startswith("p-0011aabb")
    *_, last, verdict = again.strip().splitlines()
    assert verdict == "  as then", again
    async with running() as sound:
        other = await ran(tmp_path, text, str(sound.address))
    assert other.strip().splitlines()[-1].startswith("  then "), other
    assert " < " in last


async def test_what_says_too_much_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tapes, "BYTES_MAX", 100)
    async with running("ignores-crc") as broker:
        tape = await failing(broker)
    assert tape.is_full
    assert sum(len(it.data) for it in tape.events) <= 100


async def test_the_end_of_a_connection_is_on_the_tape() -> None:
    tape = Tape()
    async with listening(silence) as address:
        stream = await tape.dial(*address)
        await stream.send_all(b"x")
        await stream.wait_send_all_might_not_block()  # type: ignore[attr-defined]
        await stream.aclose()
    assert [it.is_sent for it in tape.events] == [True]


async def test_half_a_frame_before_the_end_is_kept() -> None:
    async def serve(stream: trio.abc.Stream) -> None:
        await stream.send_all(b"\0\0\0\x09half")

    tape = Tape()
    async with listening(serve) as address:
        stream = await tape.dial(*address)
        while await stream.receive_some():
            pass
        await stream.aclose()
    assert [it[1:] for it in tape.events] == [(0, False, b"\0\0\0\x09half")]
