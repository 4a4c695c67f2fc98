"""What becomes of the signs that were expected of the library's scenarios."""
