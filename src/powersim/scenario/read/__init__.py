"""From text to a tree that knows its lines."""
