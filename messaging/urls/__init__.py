"""URLs of messages: a merchant's, and a site's staff's."""
