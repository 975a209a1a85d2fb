"""URLs: the merchant's buying pages, and the office's sales, earnings and wallet."""
