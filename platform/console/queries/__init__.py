"""What only the console shows."""
