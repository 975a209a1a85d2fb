"""The back office's places in the shell."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AgentsConfig(AppConfig):
    name = "agents"

    def ready(self) -> None:
        from agents import words
        from ui import errors, navigation
        from ui.navigation import NavItem

        errors.describe_verbs(words.VERBS, who=_("a Super Admin"))
        people = _("People")
        site = _("Site")
        navigation.register(
            "office",
            NavItem(_("Dashboard"), "layout-dashboard", "office:dashboard", verb="office.view", order=1, key="d"),
            NavItem(_("Merchants"), "store", "office:merchants", verb="merchant.view", order=10, key="m"),
            NavItem(_("Prices"), "tags", "office:prices", verb="price.view", order=28, group=_("Money"), key="p"),
            NavItem(_("Staff"), "users", "people:staff", verb="staff.view", order=60, group=people, key="s"),
            NavItem(
                _("Audit trail"), "scroll-text", "people:audit", verb="audit.view", order=61, group=people, key="a"
            ),
            NavItem(_("Brand"), "palette", "site:brand", verb="brand.manage", order=70, group=site, key="b"),
            NavItem(_("Legal pages"), "scale", "site:legal", verb="brand.manage", order=71, group=site),
            NavItem(_("Lists"), "list-checks", "site:lists", verb="brand.manage", order=72, group=site),
            NavItem(_("Domains"), "globe", "site:domains", verb="domain.view", order=73, group=site),
        )
        navigation.register_command(
            "office",
            NavItem(_("Add a merchant"), "plus", "office:merchant-create", verb="merchant.manage"),
            NavItem(_("Invite somebody"), "user-plus", "people:invite", verb="staff.manage"),
        )
        navigation.register(
            "person", NavItem(_("Your account"), "circle-user", "account-home", verb="job.view", order=1)
        )
        navigation.register_search("office", search)


def search(request: Any, text: str) -> Iterable[Any]:
    """Merchants by name or number, for the palette."""
    from django.urls import reverse

    from agents.queries import office
    from ui.components import Hit

    if not request.actor.can("merchant.view"):
        return []
    return [
        Hit(found.brand_name, reverse("office:merchant", args=[found.id]), hint=f"{found.number}", icon="store")
        for found in office.search_merchants(text)
    ]
