"""Pages of the merchant area, and the redeem screen."""
