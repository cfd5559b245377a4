from __future__ import annotations

from logion.broker.text import utf16_length


def test_a_text_is_as_long_as_java_says() -> None:
    assert utf16_length("aé\U0001f600") == 4
