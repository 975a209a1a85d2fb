"""Codes that were asked for."""

from messaging.codes.models.code import PhoneCode

__all__ = ["PhoneCode"]
