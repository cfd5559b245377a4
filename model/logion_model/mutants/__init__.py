"""Specifications with one thing wrong: what is each guard of an action there for?

A guard is a condition that a step depends on. With one switched off, the checker must
find a promise that breaks, or an argument must say why none does: a guard that nothing
needs is either implied by the others, or a sign that a promise is missing.

Guards are found in the text of a specification, so that none can be forgotten.
"""
