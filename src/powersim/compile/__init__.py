"""What makes machine code of rules, and lays worlds out for it."""
