"""What an answer lacks that a case takes for granted, told as cases tell a failure.

Cases and their helpers read `answer.topics[0]`, or `(part,) = answer.topics`, where one
topic was asked for. A broker that leaves it out makes that an error of Python, which
says nothing of the broker: it becomes a `Broken` here, in one place for all of them.
"""

from __future__ import annotations

import linecache
import re
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

from logion.client.connection import Exchange

from logion_conformance.expect import Broken, shown

PACKAGE = Path(__file__).parent

UNPACKED = re.compile(r"values to unpack \(expected (\d+)")


def judged(error: BaseException, said: Sequence[Exchange]) -> BaseException:
    """Return a Broken for an error that reading the last answer came to; any other
    error, and one of somebody else's code, as it is."""
    expected = wanted(error)
    line = line_read(error.__traceback__)
    if not expected or not line:
        return error
    answer = said[-1].answer if said else None
    broken = Broken(f"what was read by `{line}`", expected=expected, came=shown(answer))
    return broken.with_traceback(error.__traceback__)


def wanted(error: BaseException) -> str:
    """Return what an error of Python says that is not there; empty for others."""
    if isinstance(error, IndexError):
        return "an entry for what was asked for"
    if isinstance(error, KeyError):
        return f"an entry for {shown(error.args[0])}" if error.args else ""
    unpacked = UNPACKED.search(str(error)) if isinstance(error, ValueError) else None
    return f"{unpacked[1]} for what was asked for" if unpacked else ""


def line_read(trace: TracebackType | None) -> str:
    """Return the line of the suite where an error was raised; empty if it was not
    the suite's."""
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return ""
    file = trace.tb_frame.f_code.co_filename
    is_ours = Path(file).is_relative_to(PACKAGE)
    return linecache.getline(file, trace.tb_lineno).strip() if is_ours else ""
