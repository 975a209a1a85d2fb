"""What can be bought, and what it costs."""

from credits.pricing.models.item import PriceItem
from credits.pricing.models.price import Price

__all__ = ["Price", "PriceItem"]
