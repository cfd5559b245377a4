"""A report as a badge: one line in a picture, for a README."""

from __future__ import annotations

from html import escape

from logion_conformance.results.model import Report, Verdict, count
from logion_conformance.results.summary import early

LABEL = "Kafka conformance"

FINE, MIXED, BAD, NONE = "#18794e", "#8a5a00", "#b42318", "#57606a"
"""Colours on which white text has AA contrast: nothing fails, what fails is known,
something new fails, nothing was judged."""

LETTER = 6.7
"""Width of a letter on average, in pixels, with room to spare."""


def badge(report: Report) -> str:
    """Return a report as an SVG picture."""
    words = message(report)
    left, right = (round(len(it) * LETTER + 16) for it in (LABEL, words))
    title = escape(f"{LABEL} of {report.target.name}: {words}")
    width = left + right
    style = 'font-family="Verdana,DejaVu Sans,sans-serif" font-size="11" fill="#fff"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="20" '
        f'role="img" aria-label="{title}"><title>{title}</title>'
        f'<clipPath id="r"><rect width="{width}" height="20" rx="4"/></clipPath>'
        f'<g clip-path="url(#r)"><rect width="{left}" height="20" fill="#3b434c"/>'
        f'<rect x="{left}" width="{right}" height="20" fill="{colour(report)}"/></g>'
        f'<g {style} text-anchor="middle"><text x="{left / 2}" y="14">{LABEL}</text>'
        f'<text x="{left + right / 2}" y="14">{escape(words)}</text></g></svg>\n'
    )


def message(report: Report) -> str:
    """Return how many promises are kept; of a run that ended early how far it came,
    since what it was to judge is not known to be kept."""
    if report.ended_early:
        return early(report)
    counts = count(report.cases)
    judged = counts[Verdict.PASS] + counts[Verdict.FAIL]
    return f"{counts[Verdict.PASS]} of {judged}" if judged else "not judged"


def colour(report: Report) -> str:
    """Return what the number stands on."""
    counts = count(report.cases)
    if not counts[Verdict.PASS] + counts[Verdict.FAIL]:
        return NONE
    if report.unexpected:
        return BAD
    if report.ended_early:
        return NONE
    return MIXED if counts[Verdict.FAIL] else FINE
