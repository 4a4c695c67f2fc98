"""powersim."""
