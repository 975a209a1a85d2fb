"""Words that the rooms above share with Meta: what a template is for, and what an error of Meta's means for us."""

from __future__ import annotations

from enum import StrEnum

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Purpose(TextChoices):
    """What a template is for. One of each per site and language."""

    COUPON = "coupon", _("Coupon with its picture")
    COUPON_TEXT = "coupon_text", _("Coupon without a picture")
    CODE = "code", _("Code that proves a phone")
    REMINDER = "reminder", _("Reminder before a coupon ends")
    BIRTHDAY = "birthday", _("Birthday greeting")
    BIRTHDAY_TREAT = "birthday_treat", _("Birthday greeting: celebrate with us")
    RECALL = "recall", _("Come back")
    RECALL_MISSED = "recall_missed", _("Come back: we have missed you")
    FESTIVAL = "festival", _("Festival greeting")
    CAMPAIGN = "campaign", _("Campaign")
    CAMPAIGN_THANKS = "campaign_thanks", _("Campaign: thank you for your visits")
    CAMPAIGN_DAYS = "campaign_days", _("Campaign: for a few days only")


LANGUAGES = [("en", _("English")), ("ar", _("Arabic"))]
UTILITY, AUTHENTICATION, MARKETING = "UTILITY", "AUTHENTICATION", "MARKETING"
CATEGORY: dict[Purpose, str] = {
    Purpose.COUPON: UTILITY,
    Purpose.COUPON_TEXT: UTILITY,
    Purpose.CODE: AUTHENTICATION,
    Purpose.REMINDER: MARKETING,
    Purpose.BIRTHDAY: MARKETING,
    Purpose.BIRTHDAY_TREAT: MARKETING,
    Purpose.RECALL: MARKETING,
    Purpose.RECALL_MISSED: MARKETING,
    Purpose.FESTIVAL: MARKETING,
    Purpose.CAMPAIGN: MARKETING,
    Purpose.CAMPAIGN_THANKS: MARKETING,
    Purpose.CAMPAIGN_DAYS: MARKETING,
}
WITHOUT_IMAGE = frozenset({Purpose.COUPON_TEXT, Purpose.CODE})


class Verdict(StrEnum):
    """What to do about an error."""

    RETRY_SOON = "retry_soon"  # with back-off and jitter
    RETRY_PAIR = "retry_pair"  # this recipient only, after 4^n seconds
    RETRY_LATER = "retry_later"  # once, a day later
    PAUSE_SENDER = "pause_sender"  # nothing of this number until a person looked
    PAUSE_TEMPLATE = "pause_template"  # nothing with this template
    FIX_PAYLOAD = "fix_payload"  # the same again gives the same answer
    RECIPIENT_FINAL = "recipient_final"  # this person cannot be reached
    OPTED_OUT = "opted_out"  # this person said no at Meta
    WINDOW_CLOSED = "window_closed"  # only a template may be sent
    TOKEN_DEAD = "token_dead"  # noqa: S105  (the platform has to save a new token)


# Our token may do nothing with this number; another number's messages are none the worse for it.
NO_RIGHT = frozenset({3, 10, *range(200, 300), 131005})
# There is no such number any more; 100 says so by its subcode only.
GONE = 33
_CODES: dict[Verdict, tuple[int, ...]] = {
    Verdict.RETRY_SOON: (1, 2, 4, 80007, 130429, 131000, 131016, 131057, 133004),
    Verdict.RETRY_PAIR: (131056,),
    Verdict.RETRY_LATER: (131049, 130472),
    Verdict.PAUSE_SENDER: (131048, 131064, 368, 131031, 131042, 131037, 131045, 133010, *sorted(NO_RIGHT), GONE),
    Verdict.PAUSE_TEMPLATE: (132015, 132016, 132001, 132007, 132068, 132069),
    Verdict.FIX_PAYLOAD: (
        100, 131008, 131009, 131051, 131052, 131053, 132000, 132005, 132008, 132012, 131021, 131062, 131063,
    ),
    # 130497: we may not write to that country. Everybody else's messages go on.
    Verdict.RECIPIENT_FINAL: (131026, 131030, 130497),
    Verdict.OPTED_OUT: (131050,),
    Verdict.WINDOW_CLOSED: (131047,),
    Verdict.TOKEN_DEAD: (0, 190),
}  # fmt: skip
_VERDICTS = {code: verdict for verdict, codes in _CODES.items() for code in codes}




def verdict_of(code: int | None, http_status: int | None, subcode: int | None = None) -> Verdict:
    """What to do about Meta's error `code`, which decides; a code that nobody knows is judged by the HTTP status."""
    if (code, subcode) == (100, GONE):
        return Verdict.PAUSE_SENDER
    if code is not None and code in _VERDICTS:
        return _VERDICTS[code]
    if http_status is not None and (http_status >= 500 or http_status == 429):
        return Verdict.RETRY_SOON
    return Verdict.FIX_PAYLOAD


class AccountState(TextChoices):
    OK = "ok", _("Connected")
    TOKEN_DEAD = "token_dead", _("Token refused")


class SenderState(TextChoices):
    ON = "on", _("On")
    PAUSED = "paused", _("Paused")
    OFF = "off", _("Off")


class NumberStatus(TextChoices):
    """What Meta says of a number, in its words; none: it was not asked yet."""

    CONNECTED = "CONNECTED", _("Connected")
    PENDING = "PENDING", _("Being set up")
    UNVERIFIED = "UNVERIFIED", _("Not verified")
    MIGRATED = "MIGRATED", _("Moved away")
    DISCONNECTED = "DISCONNECTED", _("Disconnected")
    FLAGGED = "FLAGGED", _("Flagged")
    RATE_LIMITED = "RATE_LIMITED", _("Slowed down")
    RESTRICTED = "RESTRICTED", _("Restricted")
    BANNED = "BANNED", _("Banned")
    DELETED = "DELETED", _("Deleted")
    UNKNOWN = "UNKNOWN", _("Not known")


# Nothing is wrong with these.
WELL = frozenset({"", NumberStatus.CONNECTED, NumberStatus.PENDING})
LOW = "RED"  # Meta's word for the worst quality


def number_status(word: str) -> str:
    """Our status for Meta's word."""
    name = word.upper()
    return name if not name or name in NumberStatus.values else NumberStatus.UNKNOWN


class TemplateStatus(TextChoices):
    """Meta's words, and one of ours for what was not submitted yet."""

    MISSING = "", _("Not submitted")
    PENDING = "PENDING", _("In review")
    APPROVED = "APPROVED", _("Approved")
    REJECTED = "REJECTED", _("Rejected")
    PAUSED = "PAUSED", _("Paused")
    DISABLED = "DISABLED", _("Disabled")
    IN_APPEAL = "IN_APPEAL", _("In appeal")
    PENDING_DELETION = "PENDING_DELETION", _("Being deleted")
    DELETED = "DELETED", _("Deleted")
    LIMIT_EXCEEDED = "LIMIT_EXCEEDED", _("Too many templates")
    ARCHIVED = "ARCHIVED", _("Archived")
    LOCKED = "LOCKED", _("Locked")


class Category(TextChoices):
    """What Meta bills a text as, in its words."""

    UTILITY = "UTILITY", _("Utility")
    AUTHENTICATION = "AUTHENTICATION", _("Authentication")
    MARKETING = "MARKETING", _("Marketing")


def category_words(word: str) -> str:
    """Meta's word for a category in the reader's language; one that nobody knows stays as it is."""
    name = word.upper()
    return str(Category(name).label) if name in Category.values else word


# Nothing can be sent with these until somebody does something about it.
LOST = frozenset({
    TemplateStatus.REJECTED, TemplateStatus.PAUSED, TemplateStatus.DISABLED, TemplateStatus.PENDING_DELETION,
    TemplateStatus.DELETED, TemplateStatus.LIMIT_EXCEEDED, TemplateStatus.ARCHIVED, TemplateStatus.LOCKED,
})  # fmt: skip
# What Meta calls a template that may be sent again.
_SAME_AS_APPROVED = frozenset({"APPROVED", "REINSTATED", "UNARCHIVED", "FLAGGED", "ACTIVE"})


def template_status(word: str) -> str:
    """Our status for Meta's word. One that nobody knows counts as not usable: PENDING."""
    name = word.upper()
    if name in _SAME_AS_APPROVED:
        return TemplateStatus.APPROVED
    return name if name in TemplateStatus.values and name else TemplateStatus.PENDING
