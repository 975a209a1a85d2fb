"""Tables of the lucky draw."""

from storefront.wheel.models.spin import Spin
from storefront.wheel.models.wheel import Segment, Wheel, WheelVersion

__all__ = ["Segment", "Spin", "Wheel", "WheelVersion"]
