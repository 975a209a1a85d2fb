"""Changes of the price book: the console's."""
