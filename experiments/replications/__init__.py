"""Every published example that powersim's rules claim to follow, run again: `python -m experiments.replications`."""
