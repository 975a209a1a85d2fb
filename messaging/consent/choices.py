"""States and sources of consent."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

UNREADABLE = "?"  # in place of a country, of a number that cannot be opened


class State(TextChoices):
    GIVEN = "given", _("Agreed")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class Source(TextChoices):
    """Where somebody agreed to a merchant's messages, or took it back."""

    CENTRE = "centre", _("Coupon centre")
    IN_STORE = "in_store", _("In store")
    PRINTED = "printed", _("Printed coupon")
    KIOSK = "kiosk", _("Tablet in the store")
    WHEEL = "wheel", _("Lucky draw")
    CUSTOMER = "customer", _("My coupons")
    STAFF = "staff", _("Staff")


class StopSource(TextChoices):
    """By what a whole number was stopped or resumed."""

    KEYWORD = "keyword", _("Word in a reply")
    META = "meta", _("WhatsApp setting")
    STAFF = "staff", _("Staff")
    CUSTOMER = "customer", _("My coupons")
