"""The payments page, and the address that Stripe calls."""
