"""Do histories of the model look like history? Base rates and coded paths beside the record."""
