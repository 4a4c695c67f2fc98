"""Two branches of one run side by side: where they part, and how each later difference hangs on it."""
