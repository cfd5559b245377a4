"""Every asynchronous case is a trio test."""

from __future__ import annotations

from pytest_trio.enable_trio_mode import *  # type: ignore[import-untyped]  # noqa: F403
