"""Reasons that guards of several families share."""

from __future__ import annotations

VARIANT = "tells variants apart: with these rules it says the same in every state"
CLIENT = "it keeps clients from what they need not do: nothing is promised against it"
BOUND = "a bound of the explored world"
