"""Opening a month's statements, making them, and what staff may do about one."""
