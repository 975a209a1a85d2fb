"""Writes of the merchants room: batches, coupons, claims, redemptions and the merchants themselves."""
