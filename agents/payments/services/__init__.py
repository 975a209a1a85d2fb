"""What is done with keys, payments and events."""
