"""From the document as written to the scenario as meant."""
