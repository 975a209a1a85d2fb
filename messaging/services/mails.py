"""Mails about messages of which nobody knows what became, and about coupons that went without a message.

The event has ids only; a worker writes the mail.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.queries.people import owner_emails, staff_emails
from accounts.services import mail
from messaging import words
from messaging.queries import log, unpaid
from tenants.queries import sites
from tenants.walls import current_site


def unknown_of_merchant(merchant_id: uuid.UUID) -> None:
    """To the merchant's owners: what is held, and what to do. Nothing where all of it is settled by now."""
    _tell(owner_emails(merchant_id), log.count_unknown(merchant_id=merchant_id), "/merchant/messages/")


def unknown_of_site() -> None:
    """To the site's staff who may settle them, of all merchants."""
    _tell(staff_emails("message.settle"), log.count_unknown(), "/office/messages/")


def no_ui_credits(merchant_id: uuid.UUID, *, now: dt.datetime) -> None:
    """To the merchant's owners: coupons go out without WhatsApp. Nothing to one that never had UI credits, nor where
    there are some again."""
    found, site = unpaid.of_merchant(merchant_id, now=now), current_site()
    if not found.had or found.left or found.since is None:
        return
    with override(site.language):
        lines = [
            _("You have no WhatsApp UI credits left. Coupons are shown on the screen all the same."),
            _("Buy WhatsApp UI credits. Then send the coupons that can still be used, from your WhatsApp page."),
        ]
        for email in owner_emails(merchant_id):
            mail.send(
                to=email, site=site, subject=words.unpaid(found.count, found.since), lines=lines,
                action_url=f"{sites.base_url(site)}/merchant/buy/", action_label=_("Buy credits"),
                language=site.language,
            )  # fmt: skip


def _tell(people: Iterable[str], count: int, path: str) -> None:
    if not count:
        return
    site = current_site()
    with override(site.language):
        lines = [
            _("The connection to WhatsApp broke before the answer came: they may have arrived or not."),
            _("Their credits stay held until that is settled. A status of WhatsApp's settles it when it comes."),
            _("If none comes, ask the customer. Then open the message: send it again, or give it up and its credit is"
              " free."),
        ]  # fmt: skip
        for email in sorted(people):
            mail.send(
                to=email, site=site, subject=words.unknown(count), lines=lines,
                action_url=f"{sites.base_url(site)}{path}?state=unknown", action_label=_("Open"),
                language=site.language,
            )  # fmt: skip
