"""Recorded base rates among the flagship's actors, 1990-2013: run `python -m experiments.base_rates`."""
