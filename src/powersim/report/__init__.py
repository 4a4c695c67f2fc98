"""The report: one self-contained page made from a folder of results."""
