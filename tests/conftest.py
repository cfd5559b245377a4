from __future__ import annotations

from hypothesis import settings

from tests.effort import USUAL, examples

settings.register_profile("logion", max_examples=examples(USUAL))
settings.load_profile("logion")
