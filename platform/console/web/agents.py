"""Agents on the console."""

from __future__ import annotations

import zoneinfo
from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.queries import trail
from agents import words
from agents.models import Agent
from agents.queries import companies
from agents.services import companies as services
from agents.web.base import FormPage, Page, PostAction
from console.web.usage import months_of
from kernel import clock
from tenants.models import Site
from tenants.queries import cards, lists, sites
from ui.forms import ColourField, PhoneField, Section
from ui.jobs import HTMX_STOP
from ui.lists import NUMBER, WHEN, Action, Choice, Column, DateRange, Empty, ListView, MenuItem, StateKind

CURRENCIES = ("SAR", "AED", "KWD", "QAR", "BHD", "OMR", "JOD", "EGP", "USD", "EUR", "MYR")


def _host(agent: Any) -> Any:
    return format_html('<bdi dir="ltr">{}</bdi>', agent.host or "—")


class AgentList(ListView):
    verb = "agent.view"
    name = "agents"
    title = _("Agents")
    list_subtitle = _("Companies that resell the platform, each on a site of its own.")
    columns = [
        Column("number", _("No."), kind=NUMBER, sort="number"),
        Column("company", _("Company"), sort="company", primary=True),
        Column("site", _("Site"), value="site_name", sort="site_name"),
        Column("host", _("Address"), value="host", render=_host),
        Column("state", _("State"), value="site_state", kind=StateKind("site"), sort="site_state"),
        Column("contact", _("Contact"), value="contact_name", hidden=True),
        Column("email", _("E-mail"), value="contact_email", hidden=True),
        Column("created", _("Created"), value="created_at", kind=WHEN, sort="created_at"),
    ]
    search_fields = ["company", "contact_name", "contact_email", "site_name__icontains", "host__icontains"]
    filters = [
        Choice("state", _("State"), field="site_state", choices=Site.State.choices),
        DateRange("created", _("Created"), field="created_at"),
    ]
    default_sort = "-created"
    empty = Empty(
        _("No agents yet"),
        _("An agent sells the platform under its own brand, on a site that is ready in seconds."),
        icon="building-2",
        url_name="console:agent-create",
        label=_("Create an agent"),
    )

    def get_queryset(self) -> QuerySet[Agent]:
        return companies.list_agents(self.request.actor)  # type: ignore[attr-defined]

    def row_url(self, row: Agent) -> str:
        return reverse("console:agent", args=[row.id])

    def row_menu(self, row: Agent) -> list[MenuItem]:
        if not self.request.actor.can("agent.manage"):  # type: ignore[attr-defined]
            return []
        return [MenuItem(_("Edit"), reverse("console:agent-edit", args=[row.id]), icon="pencil")]

    def actions(self) -> list[Action]:
        allowed = self.request.actor.can("agent.manage")  # type: ignore[attr-defined]
        return [Action(_("Create an agent"), reverse("console:agent-create"), icon="plus")] if allowed else []


class CompanyForm(forms.Form):
    """The company and whom the platform talks to."""

    company = forms.CharField(label=_("Company"), max_length=160)
    address = forms.CharField(label=_("Address"), max_length=300, required=False)
    contact_name = forms.CharField(label=_("Owner's name"), max_length=120)
    contact_email = forms.EmailField(label=_("Owner's e-mail"))
    contact_phone = PhoneField(required=False, label=_("Owner's phone"))
    note = forms.CharField(
        label=_("Note"),
        max_length=2000,
        required=False,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("For the platform only; the agent never sees it."),
    )
    sections = [
        Section(_("Company"), ["company", "address"], columns=2),
        Section(_("Owner"), ["contact_name", "contact_email", "contact_phone"], columns=2),
        Section(_("Note"), ["note"]),
    ]


class NewAgentForm(CompanyForm):
    site_name = forms.CharField(label=_("Name of the site"), max_length=80)
    slug = forms.CharField(
        label=_("Address"),
        max_length=40,
        widget=forms.TextInput({"dir": "ltr", "autocapitalize": "off", "spellcheck": "false"}),
    )
    primary_colour = ColourField(label=_("Main colour"))
    accent_colour = ColourField(label=_("Second colour"))
    language = forms.ChoiceField(label=_("Language shown first"), choices=settings.LANGUAGES)
    country = forms.ChoiceField(label=_("Country"))
    currency = forms.ChoiceField(
        label=_("Currency"), choices=[(code, code) for code in CURRENCIES], help_text=_("Cannot be changed later.")
    )
    time_zone = forms.ChoiceField(
        label=_("Time zone"), choices=[(zone, zone) for zone in sorted(zoneinfo.available_timezones())]
    )
    sections = [
        CompanyForm.sections[0],
        Section(
            _("Owner"),
            ["contact_name", "contact_email", "contact_phone"],
            columns=2,
            help=_("Gets an e-mail with a link and becomes the site's first Super Admin."),
        ),
        Section(_("Site"), ["site_name", "slug", "primary_colour", "accent_colour"], columns=2),
        Section(_("Place"), ["language", "country", "currency", "time_zone"], columns=2),
        CompanyForm.sections[2],
    ]
    BRAND = ("primary_colour", "accent_colour", "language", "country", "currency", "time_zone")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["slug"].help_text = _("What stands before .%(suffix)s, in small letters.") % {
            "suffix": settings.SITES_SUFFIX
        }
        self.fields["country"].choices = lists.choices("country", get_language() or "en")  # type: ignore[attr-defined]

    def clean_slug(self) -> str:
        return str(self.cleaned_data["slug"]).strip().lower()


class CreateAgent(FormPage):
    verb = "agent.manage"
    form_class = NewAgentForm
    title = _("Create an agent")
    lead = _("The site is made at once and answers within seconds.")
    submit_label = _("Create the agent and its site")

    def initial(self) -> dict[str, Any]:
        return {
            "primary_colour": "#0f766e",
            "accent_colour": "#b45309",
            "language": "ar",
            "country": "SA",
            "currency": "SAR",
            "time_zone": "Asia/Riyadh",
        }

    def save(self, form: NewAgentForm) -> str:
        values = dict(form.cleaned_data)
        agent = services.create(
            slug=values["slug"],
            site_name=values["site_name"],
            brand={name: values[name] for name in form.BRAND},
            company={name: values[name] for name in services.COMPANY},
            actor=self.actor,
            now=clock.now(),
        )
        return reverse("console:agent", args=[agent.id])

    def cancel_url(self) -> str:
        return reverse("console:agents")


class _OfAgent(Page):
    @property
    def agent(self) -> Agent:
        found = companies.get_agent(self.kwargs["agent_id"], self.actor)
        if found is None:
            raise Http404
        return found

    @property
    def site(self) -> Site:
        found: Site = Site.objects.get(id=self.agent.site_id)
        return found

    def agent_url(self) -> str:
        return reverse("console:agent", args=[self.kwargs["agent_id"]])


class EditAgent(FormPage, _OfAgent):
    verb = "agent.manage"
    form_class = CompanyForm
    title = _("Edit the agent")
    done = _("Saved.")

    def initial(self) -> dict[str, Any]:
        agent = self.agent
        return {name: getattr(agent, name) for name in services.COMPANY}

    def save(self, form: CompanyForm) -> str:
        services.edit(agent=self.agent, actor=self.actor, now=clock.now(), **form.cleaned_data)
        return self.agent_url()

    def cancel_url(self) -> str:
        return self.agent_url()


class AgentPage(_OfAgent):
    """One agent: the site's state and address, its company, its history."""

    verb = "agent.view"

    def get(self, request: HttpRequest, agent_id: UUID) -> HttpResponse:
        agent, site = self.agent, self.site
        context = {
            **status_context(agent, site),
            "history": words.labelled(trail.list_history(agent.id)),
            "merchants": cards.count_by_site().get(site.id, 0),
            "merchants_url": f"{reverse('console:merchants')}?site={site.id}",
            **months_of(self.actor, site=site.id),
            "may_manage": self.actor.can("agent.manage"),
            "may_suspend": self.actor.can("agent.suspend"),
            "may_brand": self.actor.can("brand.manage"),
            "may_see_domains": self.actor.can("domain.view"),
            "may_see_merchants": self.actor.can("merchant.overview"),
        }
        return render(request, "console/agent.html", context)


def status_context(agent: Agent, site: Site) -> dict[str, Any]:
    return {"agent": agent, "site_row": site, "address": sites.base_url(site)}


class AgentStatus(_OfAgent):
    """The part of the page that follows the making of the site."""

    verb = "agent.view"

    def get(self, request: HttpRequest, agent_id: UUID) -> HttpResponse:
        agent, site = self.agent, self.site
        context = {**status_context(agent, site), "may_manage": self.actor.can("agent.manage")}
        return render(request, "console/agent_status.html", context, status=HTMX_STOP if site.ready else 200)


class _AgentAction(PostAction, _OfAgent):
    def back(self) -> str:
        self.agent  # noqa: B018 - 404 for what is not this person's
        return self.agent_url()


class Suspend(_AgentAction):
    verb = "agent.suspend"
    done = _("The site shows a neutral page now, and nobody can sign in there.")

    def act(self) -> str:
        reason = str(self.request.POST.get("reason", "")).strip()[:300]
        services.suspend(agent=self.agent, site=self.site, reason=reason, actor=self.actor, now=clock.now())
        return self.agent_url()


class Reopen(_AgentAction):
    verb = "agent.suspend"
    done = _("The site is open again.")

    def act(self) -> str:
        services.reopen(agent=self.agent, site=self.site, actor=self.actor, now=clock.now())
        return self.agent_url()


class MakeAgain(_AgentAction):
    verb = "agent.manage"
    done = _("The site is being made again.")

    def act(self) -> str:
        services.make_again(agent=self.agent, site=self.site, actor=self.actor, now=clock.now())
        return self.agent_url()
