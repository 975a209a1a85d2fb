"""Reading the keys."""
