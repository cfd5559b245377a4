"""What became of each guard of each model, kept in `tests/mutation/models.json`.

    python -m tests.mutation.models            # every model: a quarter of an hour
    python -m tests.mutation.models read-committed

The page is written from what is kept; tests hold a part of it to what is found now, and
`make verify` runs `logion model mutants` whole.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from logion_model.mutants.subjects import SUBJECTS

RECORD = Path(__file__).with_name("models.json")
LOGION = Path(sys.executable).with_name("logion")

Row = dict[str, Any]
Why = Mapping[str, str]


def read() -> dict[str, list[Row]]:
    """Return the rows of each model, as `logion model mutants --json` prints them."""
    kept: dict[str, list[Row]] = json.loads(RECORD.read_text())["models"]
    return kept


def main() -> int:
    """Judge the models that the command line names, all without; keep the result."""
    for name in sys.argv[1:] or SUBJECTS:
        found = subprocess.run(
            (LOGION, "model", "mutants", name, "--json"),
            stdout=subprocess.PIPE, text=True, check=False,
        )  # fmt: skip
        rows = json.loads(found.stdout)["mutants"]
        keep(name, rows)
        print(
            f"{name}: {len(rows)} mutants, exit status {found.returncode}", flush=True
        )
    return 0


def keep(name: str, rows: list[Row]) -> None:
    """Put the rows of a model in place of those that were kept."""
    kept = read() if RECORD.exists() else {}
    kept[name] = rows
    ordered = {model: kept[model] for model in SUBJECTS if model in kept}
    whole = {"date": f"{datetime.now(UTC):%Y-%m-%d}", "models": ordered}
    RECORD.write_text(json.dumps(whole, indent=0) + "\n")


if __name__ == "__main__":
    raise SystemExit(main())
