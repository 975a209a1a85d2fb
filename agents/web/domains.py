"""Domains of a site: on its back office, or of an agent on the console."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from agents.services import domains
from agents.web.base import FormPage, PostAction
from agents.web.sitepages import OfSite
from kernel import clock
from tenants.models import Domain
from tenants.queries import domains as domain_queries
from tenants.queries import sites
from tenants.services import domains as rules
from ui.states import State, register

register(
    "domain",
    {
        Domain.State.PENDING: State(Domain.State.PENDING.label, "warning"),
        Domain.State.ACTIVE: State(Domain.State.ACTIVE.label, "good"),
    },
)
ACTIONS = ("verify", "primary", "release", "check")


class DomainForm(forms.Form):
    domain = forms.CharField(
        label=_("Domain"),
        max_length=253,
        help_text=_("Such as offers.example.com"),
        widget=forms.TextInput({"dir": "ltr", "inputmode": "url", "autocapitalize": "off"}),
    )


class Domains(OfSite):
    """The domains of a site, each with what it waits for."""

    verb = "domain.view"

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        context = {
            **self.frame("domains"),
            "domains": [
                {
                    "row": row,
                    "urls": {name: self.url(f"domain-{name}", domain_id=row.id) for name in ACTIONS},
                    "own": not row.domain.endswith(f".{settings.SITES_SUFFIX}"),
                }
                for row in domain_queries.list_domains(self.site)
            ],
            "may_manage": self.actor.can("domain.manage"),
            "add_url": self.url("domain-add"),
            "record": rules.RECORD,
            "path": rules.PATH,
            "target": sites.primary_domain(self.site),
        }
        return render(request, "agents/domains.html", context)


class AddDomain(FormPage, OfSite):
    verb = "domain.manage"
    form_class = DomainForm
    title = _("Add a domain")
    lead = _("You prove that it is yours by a DNS record or a file; then it serves this site.")
    submit_label = _("Add the domain")

    def context(self) -> dict[str, Any]:
        return {"of_site": self.site}  # 404 for a site that is not this person's

    def save(self, form: DomainForm) -> str:
        domains.add(site=self.site, name=form.cleaned_data["domain"], actor=self.actor, now=clock.now())
        return self.url("domains")

    def cancel_url(self) -> str:
        return self.url("domains")


class _DomainAction(PostAction, OfSite):
    verb = "domain.manage"

    @property
    def domain(self) -> Domain:
        found = domain_queries.get_domain(self.site, self.kwargs["domain_id"])
        if found is None:
            raise Http404
        return found

    def back(self) -> str:
        return self.url("domains")


class VerifyDomain(_DomainAction):
    done = _("Proved. The domain serves this site now.")

    def act(self) -> str:
        domains.verify(domain=self.domain, actor=self.actor, now=clock.now())
        return self.back()


class MakePrimary(_DomainAction):
    done = _("New links, codes and e-mails name this domain.")

    def act(self) -> str:
        domains.make_primary(domain=self.domain, actor=self.actor, now=clock.now())
        return self.back()


class ReleaseDomain(_DomainAction):
    done = _("The domain is given up.")

    def act(self) -> str:
        domains.release(domain=self.domain, actor=self.actor, now=clock.now())
        return self.back()


class CheckDomain(_DomainAction):
    """Look whether the domain leads here already."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if rules.reaches(domain=self.domain):
            messages.success(request, _t("The domain leads to this site."))
        else:
            messages.warning(request, _t("The domain does not lead here yet. Point it to the address shown below."))
        return HttpResponseRedirect(self.back())

    def act(self) -> str:  # `post` answers in two ways, so nothing is left to do here
        return self.back()
