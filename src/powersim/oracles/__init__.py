"""Closed forms and published models that only tests and replications call: no turn does."""
