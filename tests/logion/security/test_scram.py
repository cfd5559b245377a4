"""SCRAM credentials: what is kept of a password, and how."""

from __future__ import annotations

import hashlib

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

RFC_7677_SALT = bytes.fromhex("5b6d99689d12358eeca04b141236fa81")
"""The example of RFC 7677: user `user`, password `pencil`, 4096 iterations."""


def test_the_server_key_signs_as_the_example_of_rfc_7677_does() -> None:
    import hmac
    from base64 import b64encode

    salted = hashlib.pbkdf2_hmac("sha256", b"pencil", RFC_7677_SALT, 4096)
    kept = credential(Mechanism.SHA_256, RFC_7677_SALT, salted, 4096)
    message = (
        b"n=user,r=rOprNGfwEbeRWgbNEkqO,"
        b"r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
        b"s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,"
        b"c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0"
    )
    signature = hmac.digest(kept.server_key, message, "sha256")
    assert b64encode(signature) == b"6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="


@given(st.binary(), st.binary(), st.binary(), st.integers(4096, 16384))
def test_what_is_written_is_read_again(
    salt: bytes, stored_key: bytes, server_key: bytes, iterations: int
) -> None:
    kept = Credential(salt, stored_key, server_key, iterations)
    assert read_credential(write_credential(kept)) == kept


def test_it_is_written_as_kafka_writes_it() -> None:
    text = write_credential(Credential(b"s", b"k", b"v", 4096))
    assert text == "salt=cw==,stored_key=aw==,server_key=dg==,iterations=4096"


@pytest.mark.parametrize("text", ["", "salt=cw==", "salt=?,stored_key=,server_key="])
def test_what_is_no_credential_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_credential(text)
