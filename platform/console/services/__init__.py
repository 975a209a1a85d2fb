"""What only the console does."""
