"""Brokers that hang, close, flood or answer garbage fail the case, and nothing else."""

from __future__ import annotations

import json
from argparse import Namespace
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace

import pytest
import trio
from logion.client.connection import Address
from logion.client.versions import versions_of
from logion.protocol.apis import PRODUCE, api_named
from logion.protocol.errors import ApiError, ProtocolError
from logion_conformance import plugin
from logion_conformance.cases import test_administration, test_batches
from logion_conformance.ending import Ending, ending
from logion_conformance.expect import Broken, only_leaf
from logion_conformance.plugin import security_told
from logion_conformance.targets import Target

from tests.logion.client.small_broker import SmallBroker, serving
from tests.logion_conformance.test_plugin import run
from tests.logion_conformance.trying import case_in, tried

GARBAGE = {
    "hangs": None,
    "closes": b"",
    "answers garbage": b"\0\0\0\x08garbage!",
    "claims too much": b"\x7f\xff\xff\xff",
    "claims less than nothing": b"\xff\xff\xff\xff",
    "floods": b"\0\0\xff\xff" + b"f" * 1_000_000,
}


class Wild(SmallBroker):
    """A small broker that goes wild when it is to append."""

    way = ""

    async def serve(self, stream: trio.SocketStream) -> None:
        """Answer until then, as the small broker does."""
        self.stream = stream
        with suppress(trio.ClosedResourceError):
            await super().serve(stream)

    async def answer(self, frame: bytes) -> bytes | None:
        """Return an answer, or what is none."""
        if int.from_bytes(frame[:2]) != PRODUCE:
            return await super().answer(frame)
        said = GARBAGE[self.way]
        if said is None:
            await trio.sleep_forever()
        if not said:
            await self.stream.aclose()
            return None
        while self.way == "floods":
            await self.stream.send_all(said)
        return said


@pytest.mark.parametrize("way", GARBAGE)
async def test_a_case_ends_whatever_the_broker_does(way: str) -> None:
    broker = Wild()
    broker.way = way
    case = test_batches.test_a_wrong_checksum_is_refused
    async with serving(broker):
        with pytest.raises((ApiError, ProtocolError)), trio.fail_after(30):
            await tried(broker, case, timeout_s=0.5 if way == "hangs" else 20)


@pytest.mark.slow
async def test_the_run_goes_on_and_ends_with_a_report(tmp_path: Path) -> None:
    broker = Wild()
    broker.way = "answers garbage"
    file = tmp_path / "report.json"
    flags = ("--quick", "--report-json", str(file), "--patience", "4")
    async with serving(broker):
        status, output = await run(tmp_path, broker, *flags)
    assert status == 1, output
    found = json.loads(file.read_text())
    verdicts = {it["id"]: it["trials"][0]["verdict"] for it in found["cases"]}
    assert verdicts["batches.crc.wrong"] == "FAIL"
    (failed,) = [it for it in found["cases"] if it["id"] == "batches.crc.wrong"]
    program = failed["trials"][0]["story"]["program"]
    assert program.startswith('"""batches.crc.wrong (MUST): Records that do not have')
    assert "# 0 ApiVersions 3" in program


async def test_a_case_that_goes_on_and_on_is_ended() -> None:
    with pytest.raises(ExceptionGroup) as caught:
        async with ending(0.01, Ending()):
            await trio.sleep_forever()
    error = only_leaf(caught.value)
    assert isinstance(error, Broken)
    assert str(error) == "the case: expected its end within 0.01 s; came none"


async def test_a_case_that_ends_is_left_alone() -> None:
    async with ending(60, Ending()):
        pass


def option(**changed: object) -> Namespace:
    told = {"patience": 1.0, "bootstrap": "a:1", "client_config": None}
    return Namespace(**{**told, "client_options": [], **changed})


@pytest.mark.parametrize(
    ("told", "text"),
    [
        (option(patience=0.0), "--patience: expected more than 0, found 0"),
        (option(client_options=["sals=1"]), "the setting 'sals' is not known"),
        (
            option(client_options=["security.protocol=SSL"], bootstrap=None),
            "-X and --client-config are about a broker at --bootstrap",
        ),
    ],
)
def test_options_that_cannot_be_followed_are_refused(
    told: Namespace, text: str
) -> None:
    with pytest.raises(ValueError, match=text):
        security_told(told)


def test_a_file_of_settings_that_is_not_there_is_refused() -> None:
    with pytest.raises(ValueError, match="--client-config absent: No such"):
        security_told(option(client_config=Path("absent")))


@pytest.mark.parametrize("hands_off", [True, False])
def test_what_the_suite_did_not_make_is_left_alone_if_it_is_told_so(
    hands_off: bool,
) -> None:
    touching = case_in(test_administration.test_a_broker_that_is_not_there_cannot_go)
    spoken = versions_of([(api_named("UnregisterBroker").key, 0, 0)])
    target = Target((Address("a", 1),), None, spoken)
    config = SimpleNamespace(option=Namespace(hands_off=hands_off), stash={})
    config.stash[plugin.TARGET] = target
    item = SimpleNamespace(
        config=config,
        user_properties=[],
        get_closest_marker=lambda _: SimpleNamespace(args=[touching]),
    )
    if not hands_off:
        plugin.pytest_runtest_setup(item)  # type: ignore[arg-type]
        return
    with pytest.raises(pytest.skip.Exception, match="UNTESTABLE: it touches broker 99"):
        plugin.pytest_runtest_setup(item)  # type: ignore[arg-type]
