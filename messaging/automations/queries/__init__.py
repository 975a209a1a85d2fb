"""Who is due, and what the screens show."""
