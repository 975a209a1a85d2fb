"""The register of consent."""

from messaging.consent.models.optin import OptIn, OptInEvent
from messaging.consent.models.suppression import Suppression

__all__ = ["OptIn", "OptInEvent", "Suppression"]
