"""Kinds and states of automations and campaigns."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from messaging.choices import Trigger


class Kind(TextChoices):
    BIRTHDAY = "birthday", _("Birthdays")
    RECALL = "recall", _("Come back")
    FESTIVAL = "festival", _("Festivals")
    REMINDER = "reminder", _("Reminder before expiry")


TRIGGERS = {
    Kind.BIRTHDAY: Trigger.BIRTHDAY,
    Kind.RECALL: Trigger.RECALL,
    Kind.FESTIVAL: Trigger.FESTIVAL,
    Kind.REMINDER: Trigger.REMINDER,
}


class State(TextChoices):
    OFF = "off", _("Off")
    ON = "on", _("On")
    PAUSED = "paused", _("Paused")


class PauseReason(TextChoices):
    NONE = "", ""
    NO_CREDITS = "no_credits", _("No WhatsApp BI credits left")
    NO_COUPONS = "no_coupons", _("No coupons left in its batch")
    TEMPLATE = "template", _("Its message text is not approved by WhatsApp")
    NOT_DRAWN = "not_drawn", _("The picture of its coupon could not be made, or WhatsApp refused it")
    BY_HAND = "by_hand", _("Paused by hand")


class CampaignState(TextChoices):
    DRAFT = "draft", _("Draft")
    SCHEDULED = "scheduled", _("Scheduled")
    RUNNING = "running", _("Running")
    PAUSED = "paused", _("Paused")
    DONE = "done", _("Done")
    CANCELLED = "cancelled", _("Cancelled")


OPEN = (CampaignState.SCHEDULED, CampaignState.RUNNING, CampaignState.PAUSED)


class Skipped(TextChoices):
    """Why nobody was written to although the occasion had come."""

    NO = "", ""
    HAS_COUPON = "has_coupon", _("Has a coupon of this batch")
    NOT_WANTED = "not_wanted", _("Wants no messages any more")
    UNREADABLE = "unreadable", _("Has a number that could not be read")
    TOO_LATE = "too_late", _("Not reached in time")


class Outcome(TextChoices):
    """What a preview says of one customer."""

    WILL_GET = "will_get", _("Will get it")
    NO_OPTIN = "no_optin", _("Did not agree to messages")
    STOPPED = "stopped", _("Stopped messages")
    ABROAD = "abroad", _("Has a number of a country that WhatsApp is not sent to")
    HAD_IT = "had_it", _("Had it already")
    HAS_COUPON = "has_coupon", _("Has a coupon of this batch")
