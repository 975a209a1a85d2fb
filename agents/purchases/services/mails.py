"""Mails about purchases and plans. What must be told is an event with ids; a worker writes the mail from it."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.queries.people import owner_emails, staff_emails
from accounts.services import mail
from agents.models import WalletSettings
from agents.purchases.models import PlanReminder, Purchase
from kernel.services import outbox
from merchants.models import Merchant
from tenants.queries import sites
from tenants.walls import current_site
from ui.text import money_text

COMPLETED = "purchase.completed"
WAITS_FOR_WALLET = "purchase.waits_for_wallet"
STILL_WAITS = "purchase.still_waits"
NEEDS_PERSON = "purchase.needs_person"
REFUNDED = "purchase.refunded"
REMINDER = "plan.reminder"
DESK = "sale.refund"  # whoever may refund hears of what wants a person


def announce(topic: str, purchase: Purchase, *, now: dt.datetime) -> None:
    """Have `topic` told, in the caller's transaction."""
    outbox.emit(topic, site_id=current_site().id, now=now, purchase_id=str(purchase.id))


def completed(purchase: Purchase) -> None:
    """To the merchant: it is there."""
    with override(current_site().language):
        lines = [_("%(item)s is yours now. Thank you.") % {"item": _name(purchase)}]
        if purchase.plan_until:
            lines.append(_("Your plan runs until %(day)s.") % {"day": _day(purchase.plan_until)})
        _to_merchant(purchase.merchant_id, _("Your purchase"), lines, f"/merchant/purchases/{purchase.id}/")


def waits_for_wallet(purchase: Purchase) -> None:
    """To the merchant: being activated. To the agent: top up."""
    with override(current_site().language):
        _to_merchant(
            purchase.merchant_id, _("We are activating your purchase"),
            [_("Your payment for %(item)s has arrived. It is being activated; you need do nothing.")
             % {"item": _name(purchase)}],
            f"/merchant/purchases/{purchase.id}/",
        )  # fmt: skip
        _to_desk(
            _("A paid purchase waits for your wallet"),
            [_("%(item)s for %(merchant)s is paid, and your wallet holds less than its cost of %(cost)s.")
             % _facts(purchase),
             _("Top up your wallet: everything that waits is then completed by itself, oldest first.")],
            "/office/wallet/",
        )  # fmt: skip


def still_waits(purchase: Purchase) -> None:
    """After three days, to everybody."""
    with override(current_site().language):
        _to_merchant(
            purchase.merchant_id, _("Your purchase still waits"),
            [_("%(item)s is paid and not activated yet. We have asked again.") % {"item": _name(purchase)},
             _("From the 14th day on you can cancel it and get your money back.")],
            f"/merchant/purchases/{purchase.id}/",
        )  # fmt: skip
        _to_desk(
            _("A purchase has waited for your wallet for days"),
            [_("%(item)s for %(merchant)s is paid and waits for %(cost)s in your wallet.") % _facts(purchase),
             _("The merchant may cancel it for a refund from the 14th day on.")],
            "/office/wallet/",
        )  # fmt: skip


def needs_person(purchase: Purchase) -> None:
    """To the site's staff: look at it."""
    with override(current_site().language):
        _to_desk(
            _("A purchase needs you"),
            [_("%(item)s for %(merchant)s: ") % _facts(purchase) + purchase.get_problem_display()],
            f"/office/sales/{purchase.id}/",
        )


def refunded(purchase: Purchase) -> None:
    """To the merchant: money went back."""
    with override(current_site().language):
        _to_merchant(
            purchase.merchant_id, _("Your refund"),
            [_("%(amount)s for %(item)s were refunded. What was not used of it was taken back.")
             % {"amount": money_text(purchase.refunded, purchase.currency), "item": _name(purchase)}],
            f"/merchant/purchases/{purchase.id}/",
        )  # fmt: skip


def remind(reminder: PlanReminder) -> None:
    """To the merchant: the plan ends."""
    merchant = Merchant.objects.get(id=reminder.merchant_id)
    if merchant.active_until != reminder.active_until:
        return  # renewed meanwhile
    with override(current_site().language):
        _to_merchant(
            merchant.id, _("Your plan ends soon"),
            [_("Your plan ends on %(day)s. Renew it, and a year is added to that day.")
             % {"day": _day(reminder.active_until)},
             _("Coupons that are out stay redeemable, and your credits stay yours.")],
            "/merchant/buy/",
        )  # fmt: skip


def low_wallet(*, agent_id: uuid.UUID, balance: int) -> None:
    """To the agent: the prepaid wallet is below the level it set."""
    site = current_site()
    found = WalletSettings.objects.filter(agent_id=agent_id).first()
    with override(site.language):
        _to_desk(
            _("Your wallet runs low"),
            [_("It holds %(balance)s. Top up before purchases have to wait.")
             % {"balance": money_text(balance, site.currency)}],
            "/office/wallet/",
            also=[found.alert_email] if found and found.alert_email else [],
        )  # fmt: skip


def _to_merchant(merchant_id: uuid.UUID, subject: str, lines: Sequence[str], path: str) -> None:
    _send(owner_emails(merchant_id), subject, lines, path)


def _to_desk(subject: str, lines: Sequence[str], path: str, *, also: Iterable[str] = ()) -> None:
    _send({*staff_emails(DESK), *also}, subject, lines, path)


def _send(people: Iterable[str], subject: str, lines: Sequence[str], path: str) -> None:
    site = current_site()
    for email in sorted(people):
        mail.send(
            to=email, site=site, subject=subject, lines=lines, action_url=f"{sites.base_url(site)}{path}",
            action_label=_("Open"), language=site.language,
        )  # fmt: skip


def _name(purchase: Purchase) -> str:
    return purchase.name(current_site().language)


def _facts(purchase: Purchase) -> dict[str, str]:
    return {
        "item": _name(purchase),
        "merchant": purchase.merchant.brand_name,
        "cost": money_text(purchase.cost, purchase.currency),
    }


def _day(moment: dt.datetime) -> str:
    with timezone.override(current_site().time_zone):
        return date_format(timezone.localtime(moment), "DATE_FORMAT")
