"""Verdicts on hypotheses, by a rule that was fixed before the runs."""
