"""What `--console` asks for, and whether its libraries are here."""

from __future__ import annotations

from importlib.util import find_spec
from typing import NamedTuple

DEFAULT_CONSOLE = "127.0.0.1:9080"

LIBRARIES = ("hypercorn", "starlette", "jinja2")
"""What the extra `logion[console]` installs."""


class Place(NamedTuple):
    """Where a console listens."""

    host: str
    port: int
    """0 for any that is free."""


def console_place(text: str | None) -> Place | None:
    """Return where the console is to listen, None if there shall be none.

    Raises ValueError for what is no HOST:PORT, and if a library is missing.
    """
    if text is None:
        return None
    host, _, port = text.rpartition(":")
    if not (host and port.isascii() and port.isdigit() and int(port) < 2**16):
        raise ValueError(f"--console {text}: expected HOST:PORT")
    missing = [name for name in LIBRARIES if find_spec(name) is None]
    if missing:
        raise ValueError(
            f"--console needs {', '.join(missing)}: pip install 'logion[console]'"
        )
    return Place(host.removeprefix("[").removesuffix("]"), int(port))
