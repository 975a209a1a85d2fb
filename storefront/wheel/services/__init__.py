"""Spinning a wheel, and making one."""
