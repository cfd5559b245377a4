"""docs/clients.md says what the integration tests show."""

from __future__ import annotations

from pathlib import Path

from tests.docs.clients_page import page

PAGE = Path(__file__).parents[2] / "docs" / "clients.md"


def test_the_page_of_clients_is_what_the_tables_of_the_tests_give() -> None:
    assert PAGE.read_text() == page(), "run: make status"
