"""On which assumptions an effect hangs."""
