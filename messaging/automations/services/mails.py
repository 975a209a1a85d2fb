"""Mails to a merchant whose automation or campaign cannot go on. The event has ids only; a worker writes the mail."""

from __future__ import annotations

import uuid

from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.models import Membership
from accounts.roles import MerchantRole
from accounts.services import mail
from messaging.automations.choices import PauseReason
from messaging.automations.models import Automation, Campaign
from tenants.queries import sites
from tenants.walls import current_site


def automation_paused(automation: Automation) -> None:
    """What paused, why, and what to do."""
    with override(current_site().language):
        name = automation.get_kind_display()
        path = f"/merchant/automations/{automation.kind}/"
        _tell(automation.merchant_id, str(name), automation.pause_reason, path)


def campaign_paused(campaign: Campaign) -> None:
    with override(current_site().language):
        path = f"/merchant/automations/campaigns/{campaign.id}/"
        _tell(campaign.merchant_id, campaign.name, campaign.pause_reason, path)


def _tell(merchant_id: uuid.UUID, name: str, reason: str, path: str) -> None:
    if reason in {PauseReason.NONE, PauseReason.BY_HAND}:
        return  # it goes on again, or a person knows
    site = current_site()
    if reason == PauseReason.NO_CREDITS:
        path = "/merchant/buy/"
    subject = _("“%(name)s” is paused") % {"name": name}
    lines = [_words(reason), _next(reason)]
    for email in _owners(merchant_id):
        mail.send(
            to=email, site=site, subject=subject, lines=lines, action_url=f"{sites.base_url(site)}{path}",
            action_label=_("Open"), language=site.language,
        )  # fmt: skip


def _words(reason: str) -> str:
    return {
        PauseReason.NO_CREDITS: _("You have no WhatsApp BI credits left, so nothing more is sent."),
        PauseReason.NO_COUPONS: _("The batch that it gives coupons from has none left."),
        PauseReason.TEMPLATE: _("WhatsApp does not allow the text of this message at the moment."),
    }[PauseReason(reason)]


def _next(reason: str) -> str:
    return {
        PauseReason.NO_CREDITS: _("Buy WhatsApp BI credits, and it goes on by itself."),
        PauseReason.NO_COUPONS: _("Choose another batch and switch it on again."),
        PauseReason.TEMPLATE: _("We look after it. Resume it when the text is approved again."),
    }[PauseReason(reason)]


def _owners(merchant_id: uuid.UUID) -> list[str]:
    owners = Membership.objects.filter(
        merchant_id=merchant_id, role=MerchantRole.OWNER, active=True, user__is_active=True
    )
    return sorted({email for email in owners.values_list("user__email", flat=True) if email})
