"""Pages of the lucky draw: the customer's, and the merchant's."""
