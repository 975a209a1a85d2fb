"""Purchases, their papers, and what the site prints on these."""

from agents.purchases.models.paper import BillingProfile, Paper
from agents.purchases.models.purchase import Purchase
from agents.purchases.models.reminder import PlanReminder

__all__ = ["BillingProfile", "Paper", "PlanReminder", "Purchase"]
