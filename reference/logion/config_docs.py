"""What each setting is for, in one line: loaded when someone asks."""

from __future__ import annotations

BROKER: dict[str, str] = {}
TOPIC: dict[str, str] = {}
