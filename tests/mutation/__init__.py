"""Mutants of the models and of the code: the runs, and the page about them."""
