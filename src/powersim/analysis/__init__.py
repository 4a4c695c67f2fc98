"""What results mean: summaries, paired effects, base rates, hindcasts, stories and figures."""
