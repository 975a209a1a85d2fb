"""The console's places in the shell."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ConsoleConfig(AppConfig):
    name = "console"

    def ready(self) -> None:
        from ui import navigation
        from ui.navigation import NavItem

        people, kept, add = _("People"), _("Platform"), navigation.register
        add(
            "console",
            NavItem(_("Dashboard"), "layout-dashboard", "console:dashboard", verb="console.view", order=1, key="d"),
            NavItem(_("Agents"), "building-2", "console:agents", verb="agent.view", order=10, key="a"),
            NavItem(_("Merchants"), "store", "console:merchants", verb="merchant.overview", order=20, key="m"),
            NavItem(_("Usage"), "chart-column", "console:usage", verb="usage.view", order=22, key="u"),
            NavItem(_("Main site"), "door-open", "console:enter-main", verb="main.enter", order=25),
            NavItem(
                _("Template library"),
                "image",
                "console:library",
                verb="library.view",
                order=30,
                group=kept,
                key="t",
            ),
            NavItem(_("Price book"), "tags", "console:prices", verb="price.view", order=28, group=_("Money"), key="p"),
            NavItem(_("Agents' wallets"), "wallet", "console:wallets", verb="topup.view", order=28, group=_("Money")),
            NavItem(_("Top-ups"), "landmark", "console:topups", verb="topup.view", order=29, group=_("Money")),
            NavItem(_("Lists"), "list-checks", "console:lists", verb="list.manage", order=31, group=kept, key="l"),
            NavItem(_("Staff"), "users", "people:staff", verb="staff.view", order=60, group=people, key="s"),
            NavItem(
                _("Audit trail"), "scroll-text", "people:audit", verb="audit.view", order=61, group=people, key="h"
            ),
            NavItem(_("Demo mailbox"), "inbox", "console:mailbox", verb="console.view", order=90),
        )
        navigation.register_command(
            "console",
            NavItem(_("Create an agent"), "plus", "console:agent-create", verb="agent.manage"),
            NavItem(_("Add a template"), "image-plus", "console:template-add", verb="library.manage"),
            NavItem(_("Add an item to the price book"), "tag", "console:price-item-add", verb="price.manage"),
            NavItem(_("Invite somebody"), "user-plus", "people:invite", verb="staff.manage"),
        )
        navigation.register_search("console", search)


def search(request: Any, text: str) -> Iterable[Any]:
    """Agents and merchants by name, for the palette."""
    from django.urls import reverse

    from agents.queries import companies
    from console.queries import overview
    from ui.components import Hit

    found: list[Hit] = []
    if request.actor.can("agent.view"):
        for agent in companies.list_agents(request.actor).filter(company__icontains=text).order_by("company")[:5]:
            found.append(
                Hit(agent.company, reverse("console:agent", args=[agent.id]), hint=_("Agent"), icon="building-2")
            )
    if request.actor.can("merchant.overview"):
        for card in overview.list_merchants(request.actor).filter(name__icontains=text).order_by("name")[:5]:
            found.append(Hit(card.name, reverse("console:merchant", args=[card.id]), hint=card.site.name, icon="store"))
    return found
