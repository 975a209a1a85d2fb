"""Mails about messages of which nobody knows what became. The event has ids only; a worker writes the mail."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.models import Membership
from accounts.roles import MerchantRole
from accounts.services import mail
from agents.purchases.services.mails import staff_with
from messaging import words
from messaging.queries import log
from tenants.queries import sites
from tenants.walls import current_site


def unknown_of_merchant(merchant_id: uuid.UUID) -> None:
    """To the merchant's owners: what is held, and what to do. Nothing where all of it is settled by now."""
    owners = Membership.objects.filter(
        merchant_id=merchant_id, role=MerchantRole.OWNER, active=True, user__is_active=True
    )
    people = {email for email in owners.values_list("user__email", flat=True) if email}
    _tell(people, log.count_unknown(merchant_id=merchant_id), "/merchant/messages/")


def unknown_of_site() -> None:
    """To the site's staff who may settle them, of all merchants."""
    _tell(staff_with("message.settle"), log.count_unknown(), "/office/messages/")


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
