"""What customers see: coupon centre, claim, coupon page, my coupons, in-store page."""
