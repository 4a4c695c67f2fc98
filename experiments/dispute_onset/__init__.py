"""Which pairs of states come to militarised disputes? Run `python -m experiments.dispute_onset`."""
