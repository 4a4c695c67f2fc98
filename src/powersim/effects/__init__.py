"""Effects: outcomes, paired differences within runs, intervals, and what they come to in a sentence."""
