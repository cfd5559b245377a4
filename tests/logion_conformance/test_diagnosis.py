"""An address without a broker: one line says what was seen there, and what to try."""

from __future__ import annotations

import pytest
import trio
from logion.client.connection import Address
from logion_conformance import diagnosis
from logion_conformance.processes import free_port
from logion_conformance.securing import IN_CLEAR, Security
from logion_conformance.targets import NotStarted, meet

from tests.logion.client.small_broker import SPOKEN, SmallBroker, running
from tests.logion_conformance.servers import (
    CERTIFICATE,
    Serve,
    close,
    flood,
    guarded,
    listening,
    saying,
    silence,
)

TLS = Security(protocol="SSL", ca=str(CERTIFICATE))


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(diagnosis, "GLIMPSE_SECONDS", 0.5)


async def told(address: Address, security: Security = IN_CLEAR) -> str:
    """Return what is said of an address that no broker answers at."""
    with pytest.raises(NotStarted) as caught:
        await trio.to_thread.run_sync(meet, (address,), None, security)
    text = str(caught.value)
    assert text.startswith(f"{address}: ")
    assert "\n" not in text
    return text.removeprefix(f"{address}: ")


@pytest.mark.parametrize(
    ("serve", "text"),
    [
        (
            saying(b"HTTP/1.1 400 Bad\r\n\r\n"),
            "an HTTP server ('HTTP/1.1 400 Bad'), no",
        ),
        (saying(b"SSH-2.0-OpenSSH\r\n"), "it answered ApiVersions with 'SSH-2.0-Open"),
        (saying(bytes(range(200, 250))), "bytes that are no answer (c8c9cacb"),
        (saying(b"\x15\x03\x03\x00\x02\x02\x46"), "it speaks TLS: try -X security.pro"),
        (close, "it closed the connection at ApiVersions: a broker before 0.10 needs"),
        (flood, "it answered ApiVersions with bytes that are no answer (0000ffff66"),
    ],
)
async def test_what_answers_otherwise_is_told_with_what_to_try(
    serve: Serve, text: str
) -> None:
    async with listening(serve) as address:
        assert text in await told(address)


async def test_silence_is_told_after_a_while() -> None:
    async with listening(silence) as address:
        failure = OSError("no answer within 5 s")
        text = await diagnosis.diagnosis(address, failure, IN_CLEAR)
    assert text.startswith("it did not answer ApiVersions within 0.5 s: a broker befor")


async def test_an_http_server_that_waits_for_a_line_is_told() -> None:
    async with listening(http) as address:
        assert (await told(address)).startswith("an HTTP server ('HTTP/1.0 200 OK')")


async def test_a_port_of_tls_that_is_asked_in_clear_is_told() -> None:
    async with listening(silence, tls=True) as address:
        assert (await told(address)).startswith("it speaks TLS: try -X security.protoc")


async def test_a_port_in_clear_that_is_asked_by_tls_is_told() -> None:
    async with running() as broker:
        expected = "it answers without TLS: leave out SSL, or try the port of TLS"
        assert await told(broker.address, TLS) == expected


async def test_an_http_server_that_is_asked_by_tls_is_told() -> None:
    async with listening(saying(b"HTTP/1.0 400 No\r\n\r\n")) as address:
        assert (await told(address, TLS)).startswith("an HTTP server")


async def http(stream: trio.abc.Stream) -> None:
    """Answer once a request is whole, as web servers do: ApiVersions is none."""
    heard = b""
    while not heard.endswith(b"\r\n\r\n"):
        heard += await stream.receive_some(4096)
    await stream.send_all(b"HTTP/1.0 200 OK\r\n\r\n")


UNANSWERED = OSError("REQUEST_TIMED_OUT (7): no answer within 5 s")


@pytest.mark.parametrize(
    ("serve", "has_tls", "text"),
    [
        (http, False, "an HTTP server ('HTTP/1.0 200 OK'), no broker: try the port of"),
        (http, True, "an HTTP server ('HTTP/1.0 200 OK'), no broker: try the port of"),
        (silence, False, "it did not shake hands by TLS within 0.5 s: leave out SSL"),
        (silence, True, "it speaks TLS, but it did not answer ApiVersions within 0.5"),
        (close, False, "it closed the connection at the handshake of TLS: leave out"),
        (
            saying(b""),
            True,
            "it speaks TLS, but it closed the connection at ApiVersions",
        ),
    ],
)
async def test_what_is_no_broker_is_told_to_who_asks_by_tls(
    serve: Serve, text: str, *, has_tls: bool
) -> None:
    async with listening(serve, tls=has_tls) as address:
        told = await diagnosis.diagnosis(address, UNANSWERED, TLS)
    assert told.startswith(text)


async def test_a_certificate_that_nobody_knows_is_told() -> None:
    async with listening(silence, tls=True) as address:
        text = await told(address, Security(protocol="SSL"))
    assert "certificate verify failed" in text
    assert text.endswith("try -X ssl.ca.location=FILE, the PEM of who has signed it")


async def test_a_port_where_nobody_listens_is_told() -> None:
    expected = "nobody listens there (connection refused): check the port, or start it"
    assert await told(Address("127.0.0.1", free_port())) == expected


async def test_a_host_that_is_not_there_is_told() -> None:
    text = await told(Address("nowhere.invalid", 9092))
    assert "check the name" in text or "check host" in text


async def test_a_listener_that_wants_sasl_is_told() -> None:
    spoken = {**SPOKEN, "SaslHandshake": (0, 1)}
    async with listening(guarded(SmallBroker(spoken=spoken), "a", "b")) as address:
        text = await told(address)
    assert text.startswith("it wants SASL and offers PLAIN: try -X security.protocol=S")


async def test_who_may_not_ask_and_is_not_told_why_is_left_to_the_cases() -> None:
    broker = SmallBroker()
    serve = guarded(broker, "a", "b")
    broker.spoken = dict(SPOKEN)  # no word of SASL
    async with listening(serve) as address:
        met = await trio.to_thread.run_sync(meet, (address,), None, IN_CLEAR)
    assert met.bootstrap == (address,)


async def test_a_broker_that_is_known_goes_on_to_be_judged() -> None:
    async with running("trailing-bytes") as broker:
        met = await trio.to_thread.run_sync(meet, (broker.address,), None, IN_CLEAR)
    assert met.bootstrap == (broker.address,)
