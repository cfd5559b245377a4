"""`docs/track-record.md` is what the command prints, and no bug is told twice."""

from __future__ import annotations

from pathlib import Path

from logion_model.catalogue import CATALOGUE

from tests import track_record

DOCUMENT = Path(__file__).parents[2] / "docs" / "track-record.md"


def test_the_document_is_what_the_command_prints() -> None:
    assert DOCUMENT.read_text() == track_record.document(), "run `make status`"


def test_a_bug_that_is_left_out_is_not_shown() -> None:
    shown = {entry.bug.number for entry in CATALOGUE if entry.bug}
    assert not shown & set(track_record.LEFT_OUT)
