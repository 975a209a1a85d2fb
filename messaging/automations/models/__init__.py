"""Automations, their occasions, and campaigns."""

from messaging.automations.models.automation import Automation
from messaging.automations.models.campaign import Campaign
from messaging.automations.models.occasion import Occasion

__all__ = ["Automation", "Campaign", "Occasion"]
