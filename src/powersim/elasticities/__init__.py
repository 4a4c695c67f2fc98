"""What moves what: every input nudged up and down with the same luck, beside the signs that were expected."""
