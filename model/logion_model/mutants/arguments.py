"""Why nothing breaks without a guard: every survivor has its argument.

Only where other states are reached: a guard that others imply, and one whose absence
leads to no other state, cannot break a promise about states.
"""

from __future__ import annotations

from collections.abc import Mapping

ARGUMENTS: Mapping[str, Mapping[str, str]] = {}
"""Arguments by model and name of the guard."""
