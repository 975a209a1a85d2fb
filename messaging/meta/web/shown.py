"""Words, badges and tabs that the wing's pages share."""

from __future__ import annotations

from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from messaging.meta.choices import AccountState, SenderState, TemplateStatus
from tenants.models import Site
from ui.components import Tab
from ui.states import State, register

LANGUAGES = [("en", _("English")), ("ar", _("Arabic"))]
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
