"""Engines: one history inspectable (Mesa), many histories compiled, and where results are kept."""
