"""Running the suite from the repository: its options are the package's plugin."""

from __future__ import annotations

pytest_plugins = ["logion_conformance.plugin"]
