"""A seat at the table: a history in which somebody decides for an actor, with the same rules and luck."""
