"""What is drawn of results: fans, forests, networks, flows; each figure says what it shows."""
