"""From data to a filtration: one construction a file."""
