"""URLs of the payments page and of the webhook."""
