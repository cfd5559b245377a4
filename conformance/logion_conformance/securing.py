"""How a listener is reached that wants TLS or SASL: told as clients are told it.

`-X name=value` and `--client-config FILE` take the names of librdkafka and those of
Java clients. Certificates and keys are PEM files.
"""

from __future__ import annotations

import re
import ssl
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from secrets import token_urlsafe
from typing import Any

import trio
from logion.client.connection import Connection, Options
from logion.client.versions import VersionRange
from logion.properties import parse_properties
from logion.protocol.apis import API_VERSIONS, api_named
from logion.protocol.errors import ApiError, Error
from logion.protocol.framing import SIZE_BYTES
from logion.protocol.messages.sasl_authenticate import (
    SaslAuthenticateRequest,
    SaslAuthenticateResponse,
)
from logion.protocol.messages.sasl_handshake import (
    SaslHandshakeRequest,
    SaslHandshakeResponse,
)

from logion_conformance.sasl import MECHANISMS, tokens

SASL_HANDSHAKE = api_named("SaslHandshake").key

HANDSHAKE_OF_REQUESTS = 1
"""Version of SaslHandshake after which tokens travel in requests (1.0, KIP-152)."""

OLDEST_VERSIONS = {API_VERSIONS: VersionRange(0, 0)}
"""ApiVersions is asked as every broker knows it: a second question may be too much for
one that has not let us in yet."""

PROTOCOLS = ("PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL")

NAMES = {
    "security.protocol": "protocol",
    "sasl.mechanism": "mechanism",
    "sasl.mechanisms": "mechanism",
    "sasl.username": "username",
    "sasl.password": "password",
    "ssl.ca.location": "ca",
    "ssl.truststore.location": "ca",
    "ssl.certificate.location": "certificate",
    "ssl.keystore.location": "certificate",
    "ssl.key.location": "key",
    "ssl.key.password": "key_password",
    "enable.ssl.certificate.verification": "verifies",
    "ssl.endpoint.identification.algorithm": "checks_host",
}
"""Names of settings as clients have them, to fields of `Security`."""

FLAGS: Mapping[str, Mapping[str, bool]] = {
    "verifies": {"true": True, "false": False},
    "checks_host": {"https": True, "none": False, "": False},
}
"""Words for yes and no, by field."""

JAAS = "sasl.jaas.config"
"""Java's setting of name and password, in quotation marks."""

IGNORED = {"ssl.truststore.type", "ssl.keystore.type"}
"""Java's word for the form of its files: it is PEM here."""

CONCERNED = ("security.", "sasl.", "ssl.", "enable.ssl.")
"""How the names begin that may not be passed over in silence."""


@dataclass(frozen=True, slots=True)
class Security:
    """What a client has to do before it may ask anything."""

    protocol: str = "PLAINTEXT"
    mechanism: str = "PLAIN"
    username: str = ""
    password: str = field(default="", repr=False)
    ca: str = ""
    """PEM file of those who may sign the broker's certificate; empty: the system's."""
    certificate: str = ""
    key: str = ""
    key_password: str = field(default="", repr=False)
    verifies: bool = True
    """Whether somebody known has to have signed the broker's certificate."""
    checks_host: bool = True
    """Whether the certificate has to be that of the host."""

    @property
    def has_tls(self) -> bool:
        """Whether the listener is asked by TLS."""
        return self.protocol in {"SSL", "SASL_SSL"}

    @property
    def has_sasl(self) -> bool:
        """Whether the client says who it is."""
        return self.protocol.startswith("SASL_")

    async def dial(self, host: str, port: int) -> trio.abc.Stream:
        """Return a stream to a listener that has let us in.

        OSError if nobody is there or TLS fails, ApiError if SASL does.
        """
        stream: trio.abc.Stream = await trio.open_tcp_stream(host, port)
        try:
            if self.has_tls:
                stream = await shaken_hands(stream, self.context(), host)
            if self.has_sasl:
                await self.log_in(stream)
        except BaseException:
            await trio.aclose_forcefully(stream)
            raise
        return stream

    def context(self) -> ssl.SSLContext:
        """Return what TLS is held to; OSError if a file is none of its kind."""
        made = ssl.create_default_context(cafile=self.ca or None)
        made.check_hostname = self.checks_host and self.verifies
        if not self.verifies:
            made.verify_mode = ssl.CERT_NONE
        if self.certificate:
            made.load_cert_chain(
                self.certificate, self.key or None, self.key_password or None
            )
        return made

    async def log_in(self, stream: trio.abc.Stream) -> None:
        """Say who we are: by SaslAuthenticate since 1.0, before by tokens alone."""
        options = Options(client_id="logion-conformance", limits=OLDEST_VERSIONS)
        asked = Connection(stream, options)
        await asked.negotiate()
        version = min(HANDSHAKE_OF_REQUESTS, asked.versions.newest(SASL_HANDSHAKE))
        handshake = SaslHandshakeRequest(mechanism=self.mechanism)
        offer = await asked.call(handshake, SaslHandshakeResponse, version=version)
        if offer.error_code:
            offered = ", ".join(offer.mechanisms) or "none"
            text = f"it offers {offered} and not {self.mechanism} (sasl.mechanism)"
            raise ApiError(Error.of(offer.error_code), text)
        answered = answered_in_requests if version else answered_alone
        said = tokens(self.mechanism, self.username, self.password, token_urlsafe)
        token = next(said)
        try:
            while True:
                token = said.send(await answered(asked, token))
        except StopIteration:
            return
        except ValueError as problem:
            raise ApiError(Error.SASL_AUTHENTICATION_FAILED, str(problem)) from problem


IN_CLEAR = Security()
"""Nothing but TCP."""


async def answered_in_requests(asked: Connection, token: bytes) -> bytes:
    """Return the broker's answer to a token; ApiError if it lets nobody in for it."""
    request = SaslAuthenticateRequest(auth_bytes=token)
    answer = await asked.call(request, SaslAuthenticateResponse, version=0)
    if answer.error_code:
        text = answer.error_message or "name and password were not accepted"
        raise ApiError(Error.of(answer.error_code), text)
    return bytes(answer.auth_bytes)


async def answered_alone(asked: Connection, token: bytes) -> bytes:
    """Return the broker's answer to a token that no request is around (KIP-43);
    ApiError if it lets nobody in for it: it closes the connection, without a word."""
    try:
        return await asked.exchange(len(token).to_bytes(SIZE_BYTES, "big") + token)
    except ApiError as failure:
        text = f"name and password were not accepted: {failure}"
        raise ApiError(Error.SASL_AUTHENTICATION_FAILED, text) from failure


async def shaken_hands(
    stream: trio.abc.Stream, context: ssl.SSLContext, host: str
) -> trio.abc.Stream:
    """Return the stream within TLS; OSError if the other side does not speak it."""
    secured = trio.SSLStream(
        stream, context, server_hostname=host, https_compatible=True
    )
    try:
        await secured.do_handshake()
    except trio.BrokenResourceError as failure:
        cause = failure.__cause__
        if isinstance(cause, ssl.SSLError):
            raise cause from failure
        raise ConnectionError("it closed the connection at the handshake") from failure
    return secured


def security_of(file: Path | None = None, options: Iterable[str] = ()) -> Security:
    """Return what a file of client settings says, and `name=value` texts after it.

    In a file names that do not concern security are passed over. ValueError says which
    name or value is not known, or which one is missing.
    """
    told: dict[str, str] = {}
    if file is not None:
        settings = parse_properties(text_of(file))
        told |= {k: v for k, v in settings.items() if k.startswith(CONCERNED)}
    for option in options:
        name, equals, value = option.partition("=")
        if not equals:
            raise ValueError(f"expected -X name=value, found {option!r}")
        told[name.strip()] = value.strip()
    return checked(Security(**fields_in(told)))


def text_of(file: Path) -> str:
    """Return what a file of settings says; ValueError if it cannot be read."""
    try:
        return file.read_text(encoding="utf-8")
    except OSError as failure:
        raise ValueError(f"--client-config {file}: {failure.strerror}") from failure


def fields_in(told: Mapping[str, str]) -> dict[str, Any]:
    """Return settings as fields of Security; ValueError for a name that is none."""
    fields: dict[str, Any] = {}
    for name, value in told.items():
        if name == JAAS:
            fields |= dict(re.findall(r'\b(username|password)="([^"]*)"', value))
        elif name in NAMES:
            words = FLAGS.get(NAMES[name])
            fields[NAMES[name]] = flag(name, value, words) if words else value
        elif name not in IGNORED:
            known = ", ".join((*NAMES, JAAS))
            raise ValueError(f"the setting {name!r} is not known; known are {known}")
    return fields


def flag(name: str, value: str, words: Mapping[str, bool]) -> bool:
    """Return what a setting of two words says; ValueError if it is neither of them."""
    if value.lower() not in words:
        expected = ", ".join(word or "nothing" for word in words)
        raise ValueError(f"{name} {value}: expected one of {expected}")
    return words[value.lower()]


def checked(found: Security) -> Security:
    """Return it with its words as protocols write them; ValueError if they are none."""
    protocol, mechanism = found.protocol.upper(), found.mechanism.upper()
    if protocol not in PROTOCOLS:
        expected = ", ".join(PROTOCOLS)
        raise ValueError(f"security.protocol {protocol}: expected one of {expected}")
    made = replace(found, protocol=protocol, mechanism=mechanism)
    if made.has_sasl and mechanism not in MECHANISMS:
        expected = ", ".join(MECHANISMS)
        raise ValueError(f"sasl.mechanism {mechanism}: expected one of {expected}")
    if made.has_sasl and not made.username:
        raise ValueError(f"{protocol} needs sasl.username and sasl.password")
    for setting, file in files_of(made).items():
        check_pem(setting, file)
    return made


def files_of(found: Security) -> dict[str, str]:
    """Return the files that are told, by the name of the setting."""
    files = {
        "ssl.ca.location": found.ca,
        "ssl.certificate.location": found.certificate,
        "ssl.key.location": found.key,
    }
    return {setting: file for setting, file in files.items() if file}


def check_pem(setting: str, file: str) -> None:
    """Nothing if it is a PEM file; ValueError with its setting if not."""
    try:
        content = Path(file).read_bytes()
    except OSError as failure:
        text = f"{setting} {file}: expected a PEM file ({failure.strerror})"
        raise ValueError(text) from failure
    if b"-----BEGIN " not in content:
        raise ValueError(f"{setting} {file}: expected a PEM file, found something else")
