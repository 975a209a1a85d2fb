"""Measures. Each module has `run()`: rows with our figure, a baseline of the same run, and their ratio."""
