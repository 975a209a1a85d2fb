"""What visitors may see: offers on the coupon centre, one batch, one coupon, one's own coupons."""
