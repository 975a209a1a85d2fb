"""Measures. Each module has `run()`, which returns rows with our figure, a baseline of the same run, and their ratio."""
