"""What goes to a disk or a terminal, and comes back: files written and read, tables, text that is safe to show."""
