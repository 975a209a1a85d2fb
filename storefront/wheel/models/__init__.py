"""Wheels, their versions, and spins."""
