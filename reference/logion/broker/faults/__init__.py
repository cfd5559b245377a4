"""Faults on purpose: rules, as data, of what a broker does wrong and when."""
