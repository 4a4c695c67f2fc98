"""The shape of a scenario file, format 1."""
