"""How much less noise odds have than heads."""
