"""SASL as RFC 4616, 5802 and 7677 have it: their own examples."""

from __future__ import annotations

import pytest
from logion_conformance.sasl import tokens

NONCE = "rOprNGfwEbeRWgbNEkqO"
CHALLENGE = (
    b"r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
    b"s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"
)
PROOF = (
    b"c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
    b"p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="
)
SIGNATURE = b"v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="


def test_plain_is_one_token() -> None:
    said = tokens("PLAIN", "tim", "tanstaaftanstaaf", str)
    assert next(said) == b"\0tim\0tanstaaftanstaaf"
    with pytest.raises(StopIteration):
        said.send(b"")


def test_scram_is_that_of_the_example_in_rfc_7677() -> None:
    said = tokens("SCRAM-SHA-256", "user", "pencil", lambda: NONCE)
    assert next(said) == b"n,,n=user,r=" + NONCE.encode()
    assert said.send(CHALLENGE) == PROOF
    with pytest.raises(StopIteration):
        said.send(SIGNATURE)


def test_a_name_with_signs_of_the_protocol_is_written_otherwise() -> None:
    said = tokens("SCRAM-SHA-512", "a=b,c", "x", lambda: "n")
    assert next(said) == b"n,,n=a=3Db=2Cc,r=n"


@pytest.mark.parametrize("challenge", [b"r=other,s=QQ==,i=1", b"r=nn", b""])
def test_a_challenge_to_somebody_else_is_refused(challenge: bytes) -> None:
    said = tokens("SCRAM-SHA-256", "a", "x", lambda: "nn")
    next(said)
    with pytest.raises(ValueError, match="expected a challenge to nn"):
        said.send(challenge)


def test_a_broker_that_does_not_know_the_password_is_refused() -> None:
    said = tokens("SCRAM-SHA-256", "user", "pencil", lambda: NONCE)
    next(said)
    said.send(CHALLENGE)
    with pytest.raises(ValueError, match="does not know the password"):
        said.send(b"v=AAAA")
