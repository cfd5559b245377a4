"""Traces of a model as people read them: in words, as pictures, on a page.

`scene` has the words that a specification is drawn with, and what is drawn of one that
does not say how. Beside a specification stands how it is drawn: `drawing.py`.
"""
