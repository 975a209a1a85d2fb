"""Words, badges and tabs that the wing's pages share."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from messaging.meta.choices import LOST, WELL, AccountState, NumberStatus, SenderState, TemplateStatus
from messaging.meta.models import Sender
from messaging.meta.queries.health import Trouble
from tenants.models import Site
from ui import clock
from ui.components import Tab
from ui.states import State, register
from ui.text import thousands

_GOOD, _WAITS = {TemplateStatus.APPROVED}, {TemplateStatus.MISSING, TemplateStatus.PENDING, TemplateStatus.IN_APPEAL}


def register_states() -> None:
    """What the states of this wing look like."""
    register(
        "whatsapp_account",
        {
            AccountState.OK: State(AccountState.OK.label, "good"),
            AccountState.TOKEN_DEAD: State(AccountState.TOKEN_DEAD.label, "bad"),
        },
    )
    register(
        "whatsapp_sender",
        {
            SenderState.ON: State(SenderState.ON.label, "good"),
            SenderState.PAUSED: State(SenderState.PAUSED.label, "warning", "circle-pause"),
            SenderState.OFF: State(SenderState.OFF.label, "neutral", "circle-off"),
        },
    )
    register(
        "whatsapp_number",
        {
            "": State(_("Not asked yet"), "neutral"), NumberStatus.PENDING: State(NumberStatus.PENDING.label, "info"),
            NumberStatus.CONNECTED: State(NumberStatus.CONNECTED.label, "good"),
            **{status: State(status.label, "bad") for status in NumberStatus if status not in WELL},
        },
    )  # fmt: skip
    register("whatsapp_template", {status: State(status.label, _tone(status)) for status in TemplateStatus})
    register(
        "whatsapp_quality",
        {
            "GREEN": State(_("High"), "good"), "YELLOW": State(_("Medium"), "warning"), "RED": State(_("Low"), "bad"),
            "UNKNOWN": State(_("Not rated yet"), "neutral"), "": State(_("Not rated yet"), "neutral"),
        },
    )  # fmt: skip


def _tone(status: TemplateStatus) -> str:
    return "good" if status in _GOOD else "info" if status in _WAITS else "bad"


def tabs(current: str) -> list[Tab]:
    """The wing's three pages."""
    return [
        Tab(_("Account"), reverse("meta:account"), current=current == "account"),
        Tab(_("Numbers"), reverse("meta:senders"), current=current == "senders"),
        Tab(_("Message texts"), reverse("meta:texts"), current=current == "texts"),
    ]


def with_site(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Rows with the name of their site."""
    site = Site.objects.filter(id=OuterRef("site_id"))
    named: QuerySet[Any] = rows.annotate(site_name=Subquery(site.values("name")[:1]))
    return named


QUALITIES = [("GREEN", _("High")), ("YELLOW", _("Medium")), ("RED", _("Low")), ("UNKNOWN", _("Not rated yet"))]


@dataclass(frozen=True)
class Problem:
    """Something about a number that a person should look at: in words, and where."""

    text: str
    url: str


def problem(trouble: Trouble, sender: Sender, lost: int, now: dt.datetime) -> Problem:
    """A trouble in words. `lost`: how many texts of its site cannot be sent."""
    url = reverse("meta:sender", args=[sender.id])
    if trouble == Trouble.PAUSED:
        return Problem(_t("Paused: %(reason)s") % {"reason": sender.pause_reason or "–"}, url)
    if trouble == Trouble.STATUS:
        return Problem(_t("At Meta: %(status)s") % {"status": sender.get_status_display()}, url)
    if trouble == Trouble.QUALITY:
        return Problem(_t("Its quality is low"), url)
    if trouble == Trouble.LIMIT:
        count = thousands(sender.users_per_day) if sender.users_per_day is not None else "–"
        return Problem(_t("Meta lowered the limit to %(count)s people in a day") % {"count": count}, url)
    if trouble == Trouble.TEXTS:
        return Problem(_lost(lost), f"{reverse('meta:texts')}?site={sender.site_id}{_LOST}")
    if trouble == Trouble.WAITING:
        return Problem(waiting(sender, now), url)
    return Problem(_t("The ceiling of codes an hour is reached"), url)


def waiting(sender: Sender, now: dt.datetime) -> str:
    """How many messages wait, and since when the oldest does."""
    if sender.waiting_since is None:
        return _t("No message waits")
    said = ngettext(
        "%(count)s message waits (since: %(ago)s)", "%(count)s messages wait (the oldest since: %(ago)s)",
        sender.waiting,
    )  # fmt: skip
    return said % {"count": thousands(sender.waiting), "ago": clock.relative(sender.waiting_since, now)}


def _lost(count: int) -> str:
    said = ngettext("%(count)s text cannot be sent", "%(count)s texts cannot be sent", count)
    return said % {"count": thousands(count)}


_LOST = "".join(f"&status={status}" for status in sorted(LOST))
