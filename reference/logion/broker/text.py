"""Texts as Kafka measures them."""

from __future__ import annotations


def utf16_length(text: str) -> int:
    """Return how many characters Java counts in a text."""
    return len(text) + sum(it > "\uffff" for it in text)
