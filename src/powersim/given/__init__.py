"""Given what happened: what would have been different in worlds that went as ours did."""
