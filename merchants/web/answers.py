"""The answer of a scan in words: one big word, the reason, when and where."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from merchants import words
from merchants.models import Scan
from ui.clock import day_and_time

_WORDS = {
    "redeemed": gettext_lazy("Redeemed"), "already_used": gettext_lazy("Already used"),
    "expired": gettext_lazy("Run out"), "not_yet": gettext_lazy("Not yet valid"),
    "outside_hours": gettext_lazy("Not at this hour"), "wrong_branch": gettext_lazy("Not at this branch"),
    "other_merchant": gettext_lazy("Of another shop"), "void": gettext_lazy("Withdrawn"),
    "paused": gettext_lazy("Paused"), "not_taken": gettext_lazy("Not given out"),
    "limit": gettext_lazy("Too many for this customer"), "closed": gettext_lazy("Closed"),
    "unknown": gettext_lazy("Unknown code"), "mistyped": gettext_lazy("Mistyped"),
}  # fmt: skip
_REASONS = {
    "other_merchant": gettext_lazy("This coupon belongs to another shop."),
    "void": gettext_lazy("This coupon was withdrawn."),
    "paused": gettext_lazy("The offer is paused, and nobody had taken this coupon yet."),
    "not_taken": gettext_lazy("No customer has taken this coupon yet; it is one of the coupon centre."),
    "limit": gettext_lazy("This number holds as many coupons of this offer as it may."),
    "closed": gettext_lazy("This offer is closed."),
    "unknown": gettext_lazy("There is no coupon with this code."),
    "mistyped": gettext_lazy("A character is wrong. Compare the code, or scan it."),
}


@dataclass(frozen=True)
class Shown:
    """What stands on the screen."""

    good: bool
    word: Any
    offer: str
    title: str
    lines: list[str]


def shown(scan: Scan, *, currency: str, zone: str) -> Shown:
    """The screen of a scan's answer; times in the zone of the branch."""
    about = scan.answer
    arabic = (get_language() or "").startswith("ar")
    title = (about.get("title_ar") if arabic else "") or about.get("title_en", "")
    offer = words.offer(_Offer(about), currency) if about.get("offer_kind") else ""
    return Shown(scan.outcome == "redeemed", _WORDS.get(scan.outcome, scan.outcome), offer, title, _lines(scan, zone))


class _Offer:
    """The offer's fields as the scan kept them."""

    def __init__(self, about: dict[str, Any]) -> None:
        self.offer_kind, self.offer_percent = about["offer_kind"], about.get("offer_percent")
        self.offer_amount = about.get("offer_amount")
        self.offer_text_en, self.offer_text_ar = about.get("offer_text_en", ""), about.get("offer_text_ar", "")


def _lines(scan: Scan, zone: str) -> list[str]:
    about, outcome = scan.answer, scan.outcome
    if outcome == "already_used" and about.get("used_at"):
        where = about.get("used_branch") or _("no branch noted")
        return [
            _("Used on %(when)s") % {"when": _moment(about["used_at"], zone)},
            _("%(where)s, by %(who)s") % {"where": where, "who": about.get("used_by", "")},
        ]
    if outcome == "expired" and about.get("ended_at"):
        return [_("It was valid until %(when)s.") % {"when": _moment(about["ended_at"], zone, last=True)}]
    if outcome == "not_yet":
        return [_("It is valid from %(when)s.") % {"when": _moment(about["starts_at"], zone)}]
    if outcome == "outside_hours":
        times = words.hours(about["hour_from"], about["hour_to"])
        return [_("It is valid: %(days)s, %(times)s.") % {"days": words.days(about["weekdays"]), "times": times}]
    if outcome == "wrong_branch":
        return [_("Valid only at: %(names)s") % {"names": ", ".join(about["branches"])}]
    if outcome == "void" and about.get("reason"):
        return [str(_REASONS["void"]), about["reason"]]
    return [str(_REASONS[outcome])] if outcome in _REASONS else []


def _moment(text: str, zone: str, *, last: bool = False) -> str:
    moment = dt.datetime.fromisoformat(text) - dt.timedelta(minutes=1 if last else 0)
    return day_and_time(moment.astimezone(ZoneInfo(zone)))
