"""Coupons on paper: serials, images, layouts, faces, stamping, posters."""
