"""What an append to a log has come to, as a value."""

from __future__ import annotations

from typing import NamedTuple


class Appended(NamedTuple):
    """Where records went."""

    base_offset: int
    """Offset of the first."""
    last_offset: int
    """Offset of the last."""
    log_append_time: int
    """The time they were given, in ms; -1 if they keep the producer's (CreateTime)."""
    log_start_offset: int
    """First offset of the log."""
    is_duplicate: bool = False
    """They were here before: nothing was appended."""
