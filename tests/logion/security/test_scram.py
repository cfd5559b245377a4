"""SCRAM credentials: what is kept of a password, and how."""

from __future__ import annotations

import hashlib
import hmac
from base64 import b64decode, b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from logion.security.scram import (
    Credential,
    Mechanism,
    credential,
    read_credential,
    write_credential,
)

SALT = bytes.fromhex("5b6d99689d12358eeca04b141236fa81")
MESSAGE = (
    b"n=user,r=rOprNGfwEbeRWgbNEkqO,"
    b"r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
    b"s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,"
    b"c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0"
)
"""The example of RFC 7677: user `user`, password `pencil`, 4096 iterations."""


def kept_of_the_example() -> Credential:
    """Return what is kept of the password of the example."""
    salted = hashlib.pbkdf2_hmac("sha256", b"pencil", SALT, 4096)
    return credential(Mechanism.SHA_256, SALT, salted, 4096)


def test_the_server_key_signs_as_the_example_of_rfc_7677_does() -> None:
    signature = hmac.digest(kept_of_the_example().server_key, MESSAGE, "sha256")
    assert b64encode(signature) == b"6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="


def test_the_stored_key_checks_the_proof_of_the_example_of_rfc_7677() -> None:
    stored_key = kept_of_the_example().stored_key
    signature = hmac.digest(stored_key, MESSAGE, "sha256")
    proof = b64decode("dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=")
    client_key = bytes(it ^ own for it, own in zip(proof, signature, strict=True))
    assert hashlib.sha256(client_key).digest() == stored_key


def test_salt_and_iterations_are_kept_besides() -> None:
    kept = kept_of_the_example()
    assert (kept.salt, kept.iterations) == (SALT, 4096)


@given(st.binary(), st.binary(), st.binary(), st.integers(4096, 16384))
def test_what_is_written_is_read_again(
    salt: bytes, stored_key: bytes, server_key: bytes, iterations: int
) -> None:
    kept = Credential(salt, stored_key, server_key, iterations)
    assert read_credential(write_credential(kept)) == kept


def test_it_is_written_as_kafka_writes_it() -> None:
    text = write_credential(Credential(b"s", b"k", b"v", 4096))
    assert text == "salt=cw==,stored_key=aw==,server_key=dg==,iterations=4096"


@pytest.mark.parametrize(
    "text", ["", "salt=cw==", "salt=c?w==,stored_key=,server_key=,iterations=1"]
)
def test_what_is_no_credential_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_credential(text)


def test_what_a_credential_lacks_is_told() -> None:
    with pytest.raises(ValueError, match=r"^a credential without 'iterations'$"):
        read_credential("salt=cw==,stored_key=,server_key=")
