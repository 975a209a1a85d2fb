"""Pages of statements: a merchant's, a site's office's and the console's."""
