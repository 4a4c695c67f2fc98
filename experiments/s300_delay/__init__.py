"""Who bought Russia's restraint on the S-300 for Iran, and who paid what share."""
