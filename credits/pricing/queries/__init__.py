"""Reading the price book."""
