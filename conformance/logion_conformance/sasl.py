"""What a client says to be let in: the tokens of SASL mechanisms. Pure.

PLAIN is RFC 4616, SCRAM is RFC 5802 and 7677 as KIP-84 has it. A mechanism is a
generator: it yields a token, is sent the broker's answer, and ends when it has no more
to say. ValueError says what is wrong with an answer.
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import b64decode, b64encode
from collections.abc import Callable, Generator

Tokens = Generator[bytes, bytes, None]

SCRAM_DIGESTS = {"SCRAM-SHA-256": "sha256", "SCRAM-SHA-512": "sha512"}

MECHANISMS = ("PLAIN", *SCRAM_DIGESTS)
"""Names of the mechanisms that can be spoken."""


def tokens(
    mechanism: str, username: str, password: str, nonce: Callable[[], str]
) -> Tokens:
    """Return what is said in one of MECHANISMS; `nonce` gives printable chance."""
    if mechanism == "PLAIN":
        return plain(username, password)
    return scram(SCRAM_DIGESTS[mechanism], username, password, nonce())


def plain(username: str, password: str) -> Tokens:
    """Say name and password as they are."""
    yield f"\0{username}\0{password}".encode()


def scram(digest: str, username: str, password: str, nonce: str) -> Tokens:
    """Prove that the password is known, and have the broker prove it too."""
    name = username.replace("=", "=3D").replace(",", "=2C")
    first = f"n={name},r={nonce}"
    challenge = (yield f"n,,{first}".encode()).decode()
    fields = fields_of(challenge)
    if not fields.get("r", "").startswith(nonce) or not {"s", "i"} <= fields.keys():
        raise ValueError(f"expected a challenge to {nonce}, found {challenge!r}")
    last = f"c=biws,r={fields['r']}"
    said = f"{first},{challenge},{last}".encode()
    salted = hashlib.pbkdf2_hmac(
        digest, password.encode(), b64decode(fields["s"]), int(fields["i"])
    )
    key = hmac.digest(salted, b"Client Key", digest)
    signature = hmac.digest(hashlib.new(digest, key).digest(), said, digest)
    proof = bytes(a ^ b for a, b in zip(key, signature, strict=True))
    answer = yield f"{last},p={b64encode(proof).decode()}".encode()
    server_key = hmac.digest(salted, b"Server Key", digest)
    expected = b64encode(hmac.digest(server_key, said, digest)).decode()
    if fields_of(answer.decode()).get("v") != expected:
        raise ValueError("the broker does not know the password itself")


def fields_of(text: str) -> dict[str, str]:
    """Return the fields of a message of SCRAM: "r=..,s=..,i=.."."""
    return dict(part.split("=", 1) for part in text.split(",") if "=" in part)
