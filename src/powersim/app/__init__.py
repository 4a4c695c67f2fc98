"""A page to play with: one run watched, two branches with the same luck, a fan that fills, in a browser."""
