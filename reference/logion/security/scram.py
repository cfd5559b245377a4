"""SCRAM credentials (RFC 5802, KIP-84): what is kept of a password, and how.

Kept are the salt, two keys derived from the salted password, and how often it was
hashed: who reads them can check a client, but cannot be one.
"""

from __future__ import annotations

import hmac
from base64 import b64decode, b64encode
from enum import Enum
from hashlib import new
from typing import NamedTuple

ITERATIONS_MIN = 4096
ITERATIONS_MAX = 16384


class Mechanism(Enum):
    """How passwords are hashed, by code in requests, name, and hash function."""

    SHA_256 = 1, "SCRAM-SHA-256", "sha256"
    SHA_512 = 2, "SCRAM-SHA-512", "sha512"

    def __init__(self, code: int, key: str, digest: str) -> None:
        """Name the mechanism as requests and settings do."""
        self.code = code
        self.key = key
        self.digest = digest


MECHANISMS = {it.code: it for it in Mechanism}
"""The mechanisms by their codes."""


class Credential(NamedTuple):
    """What is kept of a user's password for one mechanism."""

    salt: bytes
    stored_key: bytes
    server_key: bytes
    iterations: int


def credential(
    mechanism: Mechanism, salt: bytes, salted_password: bytes, iterations: int
) -> Credential:
    """Return what is to be kept of a salted password."""
    client_key = hmac.digest(salted_password, b"Client Key", mechanism.digest)
    return Credential(
        salt,
        new(mechanism.digest, client_key).digest(),
        hmac.digest(salted_password, b"Server Key", mechanism.digest),
        iterations,
    )


def write_credential(kept: Credential) -> str:
    """Return a credential as Kafka stores it among a user's settings."""
    salt, stored_key, server_key = (b64encode(it).decode() for it in kept[:3])
    return (
        f"salt={salt},stored_key={stored_key},server_key={server_key},"
        f"iterations={kept.iterations}"
    )


def read_credential(text: str) -> Credential:
    """Return the credential that `write_credential` wrote; ValueError for others."""
    fields = dict(part.split("=", 1) for part in text.split(","))
    try:
        salt, stored_key, server_key = (
            b64decode(fields[it], validate=True)
            for it in ("salt", "stored_key", "server_key")
        )
        return Credential(salt, stored_key, server_key, int(fields["iterations"]))
    except KeyError as missing:
        raise ValueError(f"a credential without {missing}") from None
