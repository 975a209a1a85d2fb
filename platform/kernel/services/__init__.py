"""Writing the outbox and keeping jobs."""
