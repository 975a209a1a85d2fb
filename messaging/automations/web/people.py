"""Whom a preview counts, one by one: who gets it, and why somebody does not."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from kernel import clock
from merchants.services.customers import opened, typed_index
from merchants.web.base import merchant_of, or_404
from messaging.automations.choices import Outcome
from messaging.automations.models import Automation, Campaign
from messaging.automations.queries import screens
from messaging.automations.services import previews, switching
from ui.lists import PHONE, Choice, Column, Empty, ListView, StateKind


class PeopleView(ListView):
    """Of one kind, by its saved settings, or of a campaign. At level merchant: nobody else's customers are there."""

    verb = "customer.view"
    kind = ""
    name = "recipients"
    title = _("Who gets it")
    template_name = "automations/people.html"
    saves_views = False  # a view of one automation is none of another
    columns = (
        Column("name", _("Name"), value="customer.name", sort="customer__name", primary=True),
        Column("phone", _("Phone number"), kind=PHONE, value=lambda row: opened(row.customer).phone),
        Column("outcome", _("Outcome"), kind=StateKind("recipient"), sort="outcome"),
    )
    search_hint = _("Name or whole phone number")
    filters = (Choice("outcome", _("Outcome"), field="outcome", choices=Outcome.choices, multiple=True),)
    default_sort = "name"
    empty = Empty(_("Nobody yet"), _("Whoever it comes to stands here, and why somebody is left out."), icon="users")

    @cached_property
    def row(self) -> Automation | Campaign:
        if self.kind:
            return switching.get_or_new(merchant_of(self.request), self.kind, now=clock.now())
        found: Campaign = or_404(screens.get_campaign, self.kwargs["campaign_id"])
        return found

    def get_queryset(self) -> QuerySet[Any]:
        merchant, now = merchant_of(self.request), clock.now()
        if isinstance(self.row, Campaign):
            rows = previews.people_of_campaign(self.row, merchant, now=now)
        else:
            rows = previews.people_of_automation(self.row, merchant, now=now)
        return rows  # type: ignore[no-any-return]

    def search(self, rows: QuerySet[Any], text: str) -> QuerySet[Any]:
        """By name; a phone is found by its keyed index, so only whole."""
        index = typed_index(text)
        return rows.filter(customer__phone_index=index) if index else rows.filter(customer__name__icontains=text)

    def row_url(self, row: Any) -> str:
        return reverse("merchants:customer", args=[row.customer_id])

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        if isinstance(self.row, Campaign):
            home = [(_t("Campaigns"), reverse("automations:campaigns"))]
            name, url = self.row.name, reverse("automations:campaign", args=[self.row.id])
        else:
            home = [(_t("Automations"), reverse("automations:overview"))]
            name, url = self.row.get_kind_display(), reverse(f"automations:{self.kind}")
        return {**context, "crumbs": [*home, (name, url), (str(self.title), "")], "subtitle": name}
