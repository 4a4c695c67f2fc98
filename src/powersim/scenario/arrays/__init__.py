"""A resolved scenario as the arrays of the world."""
