"""REST API v1 for merchants' own systems: batches, coupon look-up, claim, redeem, wallets."""
