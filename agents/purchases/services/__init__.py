"""Ordering, settling, completing and taking back."""
