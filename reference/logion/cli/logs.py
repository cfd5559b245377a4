"""What a running broker says on stderr: lines for people, or JSON for machines."""

from __future__ import annotations

import logging
import sys

LEVELS = ("debug", "info", "warning", "error")
FORMATS = ("text", "json")


def to_stderr(*, level: str, form: str) -> None:
    """Send log lines of `level` and above to stderr, in one of FORMATS."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Json() if form == "json" else _text())
    root = logging.getLogger("logion")
    root.handlers = [handler]
    root.setLevel(level.upper())
    root.propagate = False


def _text() -> logging.Formatter:
    return logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s")


class _Json(logging.Formatter):
    """One object a line: time, level, logger, message, and the traceback if any."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as one line of JSON."""
        import json

        entry = {
            "time": self.formatTime(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            entry["traceback"] = self.formatException(record.exc_info)
        return json.dumps(entry)
