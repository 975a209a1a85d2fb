"""Messages that a merchant's business starts: birthdays, recalls, festivals, reminders, campaigns."""
