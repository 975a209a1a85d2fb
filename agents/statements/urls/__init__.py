"""URLs of statements, for each surface."""
