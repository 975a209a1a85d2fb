"""WhatsApp: the queue of messages, their sending, their charges and their log."""
