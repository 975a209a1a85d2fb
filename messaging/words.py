"""What the steps and reasons of a message are called."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from messaging.choices import State
from messaging.models import Message
from ui.clock import day_and_time, local
from ui.text import thousands

REASONS: dict[str, Any] = {
    "expired": _("It waited too long to be of use."),
    "never_posted": _("It could not be sent in time."),
    "sent_later": _("It was not sent. Another message followed."),
    "called_off": _("What sends it was cancelled or switched off before it went out."),
    "never_told": _("WhatsApp never said what became of it."),
    "given_up": _("A person gave it up."),
    "no_credits": _("There was no credit for it."),
    "site_pays": _("The merchant whose page asked had no credit, so the site pays."),
    "ceiling": _("The site had paid for as many codes as it may within an hour."),
    "whatsapp_off": _("WhatsApp was off on this site."),
    "not_to_country": _("The site's number does not send to this country."),
    "unreadable": _("The customer's number could not be read."),
    "stopped": _("The customer has opted out."),
    "came_back": _("The customer came back before it went out."),
    "coupon_gone": _("Its coupon was withdrawn or had run out."),
    "code_gone": _("The code was no longer valid."),
    "erased": _("The customer's record was erased."),
    "no_offer": _("Its offer is gone."),
    "not_made": _("It could not be prepared."),
    "not_ready": _("It could not be prepared, and is tried again."),
    "not_drawn": _("The coupon's picture could not be made, or WhatsApp refused it."),
    "sent_anew": _("The coupon's picture could not be made. Another message followed."),
    "merchant_rests": _("The merchant is not active."),
    "batch_paused": _("Its batch is paused."),
    "not_wanted": _("The customer did not want it any more."),
    "no_template": _("No template is approved for it yet."),
    "unreachable": _("WhatsApp could not be reached."),
}
# What Meta's commonest refusals mean, in words for who cannot look up a code.
CODES: dict[int, Any] = {
    131026: _("This number cannot be reached on WhatsApp."),
    131049: _("WhatsApp limits how much marketing one person gets."),
    131050: _("The customer opted out at WhatsApp."),
    131047: _("The customer has not written within 24 hours."),
    131056: _("Too many messages to this number at once."),
    130429: _("Too many messages at once."),
}

# A message inside the customer-service window takes no template.
FREE: dict[str, Any] = {"image": _("None: free text with a picture"), "text": _("None: free text")}


def reason(message: Message) -> str:
    """Why it was not sent or failed, in a sentence; "" where nothing is wrong."""
    if message.error_code in CODES:
        return str(CODES[message.error_code])
    if message.error in REASONS:
        return str(REASONS[message.error])
    if message.error_code:
        return f"{message.error} ({message.error_code})"
    return message.error


def template(message: Message) -> str:
    """What it was sent with: the template's name at Meta, or that it took none; "" before it was sent."""
    return str(FREE.get(message.form, message.form))


def billed(message: Message) -> str:
    """Whether Meta wrote it on the platform's bill; "" before it said so."""
    if message.billable is None:
        return ""
    return str(_("Yes")) if message.billable else str(_("No (free)"))


def unknown(count: int) -> str:
    """How many messages wait for somebody to decide."""
    return ngettext(
        "The outcome of %(count)s message is unknown", "The outcome of %(count)s messages is unknown", count
    ) % {"count": thousands(count)}


def unpaid(count: int, since: dt.datetime) -> str:
    """How many coupons went out without WhatsApp since when."""
    return ngettext(
        "%(count)s coupon went out without WhatsApp since %(since)s",
        "%(count)s coupons went out without WhatsApp since %(since)s", count,
    ) % {"count": thousands(count), "since": day_and_time(local(since))}  # fmt: skip


def step(what: str) -> str:
    """A step of its story."""
    return str(State(what).label) if what in State.values else what


def detail(text: str) -> str:
    """What stands beside a step: a reason in words; a refusal of Meta's with its number; else as it is."""
    code, _space, _verdict = text.partition(" ")
    if code.isdecimal():
        meaning = CODES.get(int(code))
        return f"{meaning} ({code})" if meaning else str(_("WhatsApp refused it (%(code)s).")) % {"code": code}
    return str(REASONS.get(text, text))
