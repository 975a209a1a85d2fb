"""Mails to a merchant whose automation or campaign cannot go on. The event has ids only; a worker writes the mail."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.queries.people import owner_emails
from accounts.services import mail
from messaging.automations.choices import PauseReason
from messaging.automations.models import Automation, Campaign
from tenants.queries import sites
from tenants.walls import current_site

AGAIN_AFTER = dt.timedelta(days=1)


def paused(row: Automation | Campaign, *, now: dt.datetime) -> None:
    """What paused, why, and what to do; for the same reason once a day."""
    reason = row.pause_reason
    if reason in {PauseReason.NONE, PauseReason.BY_HAND}:
        return  # it goes on again, or a person knows
    if row.told_reason == reason and row.told_at and now - row.told_at < AGAIN_AFTER:
        return
    site = current_site()
    with override(site.language):
        name = row.name if isinstance(row, Campaign) else row.get_kind_display()
        subject = _("“%(name)s” is paused") % {"name": name}
        lines = [_words(reason), _next(reason, is_campaign=isinstance(row, Campaign))]
        for email in owner_emails(row.merchant_id):
            mail.send(
                to=email, site=site, subject=subject, lines=lines, action_url=f"{sites.base_url(site)}{_path(row)}",
                action_label=_("Open"), language=site.language,
            )  # fmt: skip
    type(row)._default_manager.filter(id=row.id).update(told_reason=reason, told_at=now)


def _path(row: Automation | Campaign) -> str:
    """The page on which something can be done about it."""
    if row.pause_reason == PauseReason.NO_CREDITS:
        return "/merchant/buy/"
    if isinstance(row, Campaign):
        return f"/merchant/automations/campaigns/{row.id}/"
    return f"/merchant/automations/{row.kind}/"


def _words(reason: str) -> str:
    return {
        PauseReason.NO_CREDITS: _("You have no WhatsApp BI credits left, so nothing more is sent."),
        PauseReason.NO_COUPONS: _("The batch that it gives coupons from has none left."),
        PauseReason.TEMPLATE: _("WhatsApp does not allow the text of this message at the moment."),
        PauseReason.NOT_DRAWN: _("The picture of its coupon could not be made, or WhatsApp refused it."),
    }[PauseReason(reason)]


def _next(reason: str, *, is_campaign: bool) -> str:
    """A campaign keeps its batch for good; an automation takes another at any time."""
    return {
        PauseReason.NO_CREDITS: _("Buy WhatsApp BI credits, and it goes on by itself."),
        PauseReason.NO_COUPONS: _(
            "A campaign keeps its batch. Resume it once coupons of that batch are free again,"
            " or cancel it and plan another."
        )
        if is_campaign
        else _("Choose another batch and save: it goes on then."),
        PauseReason.NOT_DRAWN: _(
            "Nobody has missed it: credits and coupons are free again. Resume it to try once more, or cancel it and"
            " plan another with another batch."
        )
        if is_campaign
        else _(
            "Nobody has missed it: credits and coupons are free again. Choose another batch and save, or resume it to"
            " try once more."
        ),
        PauseReason.TEMPLATE: _("We look after it. It goes on by itself once the text is approved again."),
    }[PauseReason(reason)]
