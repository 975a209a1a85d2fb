"""What sets a message off, what it therefore costs, and what becomes of it."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from credits.choices import CreditUnit
from messaging.meta.choices import Purpose


class Trigger(models.TextChoices):
    """Where a message came from. It alone decides the type: no caller and no setting does."""

    CLAIM_CENTRE = "claim_centre", _("Claim on the coupon centre")
    CLAIM_STORE = "claim_store", _("Claim in the store")
    RESEND = "resend", _("Sent again on request")
    CODE = "code", _("Code to prove a phone")
    BIRTHDAY = "birthday", _("Birthday")
    RECALL = "recall", _("Recall")
    FESTIVAL = "festival", _("Festival")
    CAMPAIGN = "campaign", _("Campaign")
    REMINDER = "reminder", _("Reminder before expiry")
    TEST = "test", _("Test")


class Type(models.TextChoices):
    """User-initiated or business-initiated: the credit a message costs."""

    UI = CreditUnit.WA_UI.value, _("User-initiated (UI)")
    BI = CreditUnit.WA_BI.value, _("Business-initiated (BI)")


TYPE_OF: dict[Trigger, Type] = {
    Trigger.CLAIM_CENTRE: Type.UI,
    Trigger.CLAIM_STORE: Type.UI,
    Trigger.RESEND: Type.UI,
    Trigger.CODE: Type.UI,
    Trigger.BIRTHDAY: Type.BI,
    Trigger.RECALL: Type.BI,
    Trigger.FESTIVAL: Type.BI,
    Trigger.CAMPAIGN: Type.BI,
    Trigger.REMINDER: Type.BI,
    Trigger.TEST: Type.BI,
}
# Those that give a coupon of a batch: it is held until the message was sent, and free again when it failed.
GIFTS = frozenset({Trigger.BIRTHDAY, Trigger.RECALL, Trigger.FESTIVAL, Trigger.CAMPAIGN})
# Which of Meta's templates says it, outside the customer-service window.
PURPOSE_OF: dict[Trigger, Purpose] = {
    Trigger.CLAIM_CENTRE: Purpose.COUPON,
    Trigger.CLAIM_STORE: Purpose.COUPON,
    Trigger.RESEND: Purpose.COUPON,
    Trigger.CODE: Purpose.CODE,
    Trigger.BIRTHDAY: Purpose.BIRTHDAY,
    Trigger.RECALL: Purpose.RECALL,
    Trigger.FESTIVAL: Purpose.FESTIVAL,
    Trigger.CAMPAIGN: Purpose.CAMPAIGN,
    Trigger.REMINDER: Purpose.REMINDER,
    Trigger.TEST: Purpose.CAMPAIGN,
}


# Which ones a merchant may choose among; the first is the one above.
TEXTS_OF: dict[Trigger, tuple[Purpose, ...]] = {
    Trigger.BIRTHDAY: (Purpose.BIRTHDAY, Purpose.BIRTHDAY_TREAT),
    Trigger.RECALL: (Purpose.RECALL, Purpose.RECALL_MISSED),
    Trigger.FESTIVAL: (Purpose.FESTIVAL,),
    Trigger.CAMPAIGN: (Purpose.CAMPAIGN, Purpose.CAMPAIGN_THANKS, Purpose.CAMPAIGN_DAYS),
    Trigger.REMINDER: (Purpose.REMINDER,),
}


# What says the same without a picture, where there is such a text.
WITHOUT_PICTURE = {Purpose.COUPON: Purpose.COUPON_TEXT}
# Why a message failed whose picture could not be made, or was refused, and that says nothing without it; or that waited
# too long and never was at Meta; or that was taken back because what sent it was called off. Nobody has heard anything:
# whoever caused it may send another for the same occasion, and then the first one says so.
NOT_DRAWN, NEVER_POSTED, CALLED_OFF = "not_drawn", "never_posted", "called_off"
SENT_ANEW, SENT_LATER = "sent_anew", "sent_later"
ANEW = {NOT_DRAWN: SENT_ANEW, NEVER_POSTED: SENT_LATER, CALLED_OFF: SENT_LATER}
COMES_AGAIN, FOLLOWED = tuple(ANEW), tuple(ANEW.values())

# Why the message of a claim was not sent: no credit was left, or its customer has said STOP.
NO_CREDITS, STOPPED = "no_credits", "stopped"


class State(models.TextChoices):
    """`unknown`: Meta may have it or not; its status settles it, or a person. Nothing is sent again blindly."""

    QUEUED = "queued", _("Queued")
    SENDING = "sending", _("Being sent")
    UNKNOWN = "unknown", _("Outcome unknown")
    ACCEPTED = "accepted", _("Accepted")
    SENT = "sent", _("Sent")
    DELIVERED = "delivered", _("Delivered")
    READ = "read", _("Read")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Not sent")


# How far Meta has come with a message. A status never moves it back.
RANK = {State.ACCEPTED: 1, State.SENT: 2, State.DELIVERED: 3, State.READ: 4}
ON_THE_WAY = (State.QUEUED, State.SENDING, State.ACCEPTED)
OPEN = (*ON_THE_WAY, State.UNKNOWN)
ARRIVED = (State.SENT, State.DELIVERED, State.READ)


class Charge(models.TextChoices):
    """What became of the one credit. A code on a site-wide page is the platform's cost, and holds none."""

    NONE = "none", _("No credit")
    HELD = "held", _("Credit held")
    SPENT = "spent", _("One credit")
    RELEASED = "released", _("Credit released")
    RETURNED = "returned", _("Credit given back")
