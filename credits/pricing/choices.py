"""The words of the price book."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from credits.choices import CreditUnit


class ItemKind(TextChoices):
    """What an item is. It decides who may buy it, and never changes."""

    ANNUAL_FEE = "annual_fee", _("Annual fee")
    COUPON_PACK = "coupon_pack", _("Coupon package")
    UI_PACK = "ui_pack", _("WhatsApp UI package")
    BI_PACK = "bi_pack", _("WhatsApp BI package")
    TEMPORARY_UI_PACK = "temporary_ui_pack", _("Temporary UI package")
    AD = "ad", _("Ad")


class AdType(TextChoices):
    BANNER = "banner", _("Banner")
    VIDEO = "video", _("Video")


class ProfitKind(TextChoices):
    """How the agent's profit is configured. The platform's cost follows: retail price less profit."""

    FIXED = "fixed", _("Fixed amount")
    PERCENT = "percent", _("Percent of the price")


AD_DAYS = (7, 14, 30)
# The credit a package is sold for; it may carry others beside it.
CREDIT_OF_KIND = {
    ItemKind.COUPON_PACK: CreditUnit.COUPON,
    ItemKind.UI_PACK: CreditUnit.WA_UI,
    ItemKind.TEMPORARY_UI_PACK: CreditUnit.WA_UI,
    ItemKind.BI_PACK: CreditUnit.WA_BI,
}
