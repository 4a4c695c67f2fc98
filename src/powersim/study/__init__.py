"""A study: the one place where scenario, sim and analysis meet."""
