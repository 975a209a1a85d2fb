"""Merchants, their people and customers, templates, batches, coupons, redemption."""
