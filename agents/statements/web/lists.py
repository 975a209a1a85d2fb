"""The lists of statements, one for each surface."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from agents.statements.choices import Level, State
from agents.statements.models import Statement
from agents.statements.queries import statements
from ui.lists import WHEN, Action, Choice, Column, DateRange, Empty, ListView, MenuItem, StateKind

_LEVELS = [(Level.MERCHANT.value, Level.MERCHANT.label), (Level.AGENT.value, Level.AGENT.label)]
_ABOVE = [(Level.PLATFORM.value, Level.PLATFORM.label), (Level.AGENT.value, Level.AGENT.label)]


def month_of(statement: Statement) -> str:
    """November 2026."""
    return date_format(statement.month, "F Y")


def _number(statement: Statement) -> Any:
    return format_html('<bdi dir="ltr" class="num">{}</bdi>', statement.label)


MONTH = Column("month", _("Month"), value=month_of, sort="month", primary=True)
NUMBER = Column("number", _("Number"), value="label", render=_number)
OWNER = Column("owner", _("Issued to"), value="owner_name", sort="owner_name")
MADE = Column("made", _("Made"), value="made_at", kind=WHEN)
CORRECTS = Column("corrects", _("Corrects"), value=lambda s: s.reason or "—", hidden=True)
PERIOD = DateRange("month", _("Month"), field="month")


class _Statements(ListView):
    verb = "statement.view"
    title = _("Statements")
    default_sort = "-month"
    search_fields = ["label", "owner_name"]
    space = ""  # the names of this surface's pages

    @property
    def actor(self) -> Actor:
        found: Actor = self.request.actor  # type: ignore[attr-defined]
        return found

    def row_url(self, row: Statement) -> str:
        return reverse(f"{self.space}:page", args=[row.id])

    def row_menu(self, row: Statement) -> list[MenuItem]:
        if row.state != State.READY:
            return []
        return [
            MenuItem(_("Download in English"), reverse(f"{self.space}:en", args=[row.id]), icon="download"),
            MenuItem(_("Download in Arabic"), reverse(f"{self.space}:ar", args=[row.id]), icon="download"),
        ]


class OwnList(_Statements):
    """A merchant's own."""

    name = "own-statements"
    space = "own-statements"
    columns = [MONTH, NUMBER, MADE, CORRECTS]
    search_fields = ["label"]
    filters = [PERIOD]
    empty = Empty(
        _("No statements yet"),
        _("On the first of each month the statement of the month before stands here, with every line of your wallets."),
        icon="file-text",
    )

    def get_queryset(self) -> QuerySet[Statement]:
        return statements.list_own()


class _Run(_Statements):
    """A list whose statements somebody may have made."""

    def actions(self) -> list[Action]:
        if not self.actor.can("statement.run"):
            return []
        return [Action(_("Make what is due"), reverse(f"{self.space}:run"), icon="play")]


_EMPTY = Empty(
    _("No statements yet"),
    _("On the first of each month those of the month before are made, by themselves."),
    icon="file-text",
)
_STATE = Column("state", _("State"), kind=StateKind("statement"), sort="state")
_KIND = Column("level", _("Whose"), value=lambda s: s.get_level_display(), sort="level")
_MAILED = Column("mailed", _("Mailed"), value="emailed_at", kind=WHEN, hidden=True)


class OfficeList(_Run):
    """A site's: its agent's own, and its merchants'."""

    name = "office-statements"
    space = "office-statements"
    columns = [MONTH, OWNER, _KIND, NUMBER, _STATE, MADE, _MAILED, CORRECTS]
    filters = [
        Choice("state", _("State"), choices=State.choices, multiple=True),
        Choice("level", _("Whose"), choices=_LEVELS),
        PERIOD,
    ]
    empty = _EMPTY

    def get_queryset(self) -> QuerySet[Statement]:
        return statements.list_of_site()


class ConsoleList(_Run):
    """The platform's own, and agents'."""

    name = "console-statements"
    space = "console-statements"
    columns = [MONTH, OWNER, _KIND, NUMBER, _STATE, MADE, _MAILED, CORRECTS]
    filters = [
        Choice("state", _("State"), choices=State.choices, multiple=True),
        Choice("level", _("Whose"), choices=_ABOVE),
        PERIOD,
    ]
    empty = _EMPTY

    def get_queryset(self) -> QuerySet[Statement]:
        return statements.list_for_console(self.actor)
