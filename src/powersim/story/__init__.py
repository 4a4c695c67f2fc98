"""What happened in a run: events, sentences, tables."""
