"""Reading wheels: as visitors see them, and as their merchant does."""
