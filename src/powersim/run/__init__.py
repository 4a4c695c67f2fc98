"""Carrying a study out: what is computed, by whom, until when, and what it leaves behind."""
