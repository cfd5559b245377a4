"""What a handler knows of a request beyond its body."""

from __future__ import annotations

from logion.broker.context import CloseConnection, Context


def test_a_context_cannot_be_changed_by_a_handler() -> None:
    context = Context(3, 9, 7, "client", "10.0.0.1:1", "PLAINTEXT")
    assert context == Context(3, 9, 7, "client", "10.0.0.1:1", "PLAINTEXT")
    assert hash(context) == hash(Context(3, 9, 7, "client", "10.0.0.1:1", "PLAINTEXT"))


def test_a_closed_connection_says_why() -> None:
    assert str(CloseConnection("acks=0 failed")) == "acks=0 failed"
