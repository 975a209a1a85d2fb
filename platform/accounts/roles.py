"""The roles. Which role may do what stands in permissions.py."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class StaffRole(models.TextChoices):
    """Roles of staff, on the console and on each site separately."""

    SUPER_ADMIN = "super_admin", _("Super Admin")
    MANAGEMENT = "management", _("Management")
    OPERATIONS = "operations", _("Operations")
    FINANCE = "finance", _("Finance")
    FINANCE_VIEWER = "finance_viewer", _("Finance Viewer")
    SUPPORT = "support", _("Support Staff")
    AD_APPROVER = "ad_approver", _("Ad Approver")
    MEDIA_BUYER = "media_buyer", _("Media Buyer")
    AFFILIATE_MANAGER = "affiliate_manager", _("Affiliate Manager")
    ANALYST = "analyst", _("Analyst")
    VIEWER = "viewer", _("Viewer")


class MerchantRole(models.TextChoices):
    """Roles of a merchant's people."""

    OWNER = "owner", _("Owner")
    MANAGER = "manager", _("Manager")
    CASHIER = "cashier", _("Cashier")
