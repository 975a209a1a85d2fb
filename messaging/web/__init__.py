"""Pages of a merchant and of a site's staff."""
