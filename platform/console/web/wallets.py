"""Agents' prepaid wallets and their top-ups, as the platform sees them."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from accounts.queries import trail
from agents import words
from agents.models import Agent, TopUp
from agents.queries import companies
from agents.queries import wallets as read
from agents.services import proofs, topups, wallets
from agents.web.base import FormPage, Page, PostAction
from agents.web.wallet import TOPUP_COLUMNS, TOPUP_FILTERS, MoneyStatement, TransferForm, proof_answer
from credits.choices import AccountKind
from credits.models import Account
from credits.services import ledger
from kernel import clock
from kernel.ids import uuid_or_none
from tenants.models import Site
from tenants.queries import sites
from ui.forms import MoneyField
from ui.lists import Column, Empty, ListView, MoneyKind


class WalletList(ListView):
    """Every agent with its balance."""

    verb = "topup.view"
    name = "agent-wallets"
    title = _("Agents' wallets")
    columns = [
        Column("company", _("Agent"), sort="company", primary=True),
        Column("site", _("Site"), value="site_name"),
        Column("balance", _("Balance"), kind=MoneyKind("currency"), sort="balance", sort_nullable=True),
    ]
    search_fields = ["company"]
    default_sort = "company"
    empty = Empty(_("No agents yet"), _("Each has a prepaid wallet that pays the cost of its sales."), icon="wallet")

    def get_queryset(self) -> QuerySet[Agent]:
        site = Site.objects.filter(id=OuterRef("site_id"))
        wallet = Account.objects.filter(kind=AccountKind.WALLET, agent_id=OuterRef("id"), unit=OuterRef("currency"))
        agents = companies.list_agents(self.request.actor)  # type: ignore[attr-defined]
        return agents.annotate(currency=Subquery(site.values("currency")[:1])).annotate(
            balance=Subquery(wallet.values("balance")[:1])
        )

    def row_url(self, row: Agent) -> str:
        return reverse("console:agent-wallet", args=[row.id])


def _agent(request: Any, agent_id: uuid.UUID) -> Agent:
    found = companies.get_agent(agent_id, request.actor)
    if found is None:
        raise Http404
    return found


class AgentWallet(MoneyStatement):
    """One agent's wallet, line by line."""

    verb = "topup.view"
    name = "agent-wallet"
    template_name = "console/agent_wallet.html"

    @cached_property
    def agent(self) -> Agent:
        return _agent(self.request, self.kwargs["agent_id"])

    @property
    def title(self) -> Any:
        return self.agent.company

    @cached_property
    def wallet(self) -> Account | None:
        return read.wallet_of(self.agent, sites.get_site(self.agent.site_id).currency)

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        actor = self.request.actor  # type: ignore[attr-defined]
        return {
            **super().get_context_data(**context), "agent": self.agent, "alert": read.alert_of(self.agent.id),
            "may_adjust": actor.can("wallet.adjust"), "may_record": actor.can("topup.record"),
        }  # fmt: skip


class AdjustForm(forms.Form):
    # Made with the page: pressing the button twice moves the money once.
    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["amount"] = MoneyField(
            currency=currency, min_value=None, label=_("Amount, with + or −"),
            help_text=_("A negative amount takes money away. The wallet cannot fall below zero."),
        )  # fmt: skip
        self.fields["reason"] = forms.CharField(
            label=_("Reason"), max_length=300, help_text=_("Stands in the ledger for ever.")
        )
        self.order_fields(["amount", "reason", "key"])

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        if values.get("amount") == 0:
            self.add_error("amount", _t("Write an amount other than zero."))
        return values


class _OfAgent(FormPage):
    @cached_property
    def agent(self) -> Agent:
        return _agent(self.request, self.kwargs["agent_id"])

    @property
    def site(self) -> Site:
        return sites.get_site(self.agent.site_id)

    def form_arguments(self) -> dict[str, Any]:
        return {"currency": self.site.currency}

    def initial(self) -> dict[str, Any]:
        return {"key": uuid.uuid4()}

    def cancel_url(self) -> str:
        return reverse("console:agent-wallet", args=[self.agent.id])


class Adjust(_OfAgent):
    verb = "wallet.adjust"
    form_class = AdjustForm
    title = _("Correct an agent's wallet")
    submit_label = _("Post the correction")
    done = _("The correction is posted.")

    def save(self, form: AdjustForm) -> str:
        values = form.cleaned_data
        wallet = read.wallet_of(self.agent, self.site.currency)
        if wallet is None:
            raise Http404
        wallets.adjust(
            wallet=wallet, amount=values["amount"], reason=values["reason"], actor=self.actor, now=clock.now(),
            key=ledger.key_for("console.money", values["key"]),
        )  # fmt: skip
        return self.cancel_url()


class RecordTransfer(_OfAgent):
    """Money that came by bank: noted here, confirmed on its own page."""

    verb = "topup.record"
    form_class = TransferForm
    title = _("Record a bank transfer")
    submit_label = _("Record the transfer")
    done = _("Recorded. Confirm it when you have seen the money.")

    def save(self, form: TransferForm) -> str:
        values, site_id = form.cleaned_data, self.agent.site_id
        key = uuid_or_none(values["key"]) or uuid.uuid4()
        if read.get_topup(key) is None:
            file = values["proof"]
            topups.record(
                site_id=site_id, amount=values["amount"], reference=values["reference"], actor=self.actor,
                proof=proofs.keep(site_id, file.read() if file else b""), now=clock.now(), topup_id=key,
            )  # fmt: skip
        return reverse("console:topup", args=[key])


class TopUpList(ListView):
    """Money from agents: what waits for a confirmation first."""

    verb = "topup.view"
    name = "agent-topups"
    title = _("Top-ups")
    columns = [Column("company", _("Agent"), primary=True), *TOPUP_COLUMNS]
    filters = TOPUP_FILTERS
    search_fields = ["reference", "created_label"]
    default_sort = "-created"
    empty = Empty(_("No top-ups yet"), _("Money that agents pay in advance stands here."), icon="wallet")

    def get_queryset(self) -> QuerySet[TopUp]:
        agents = companies.list_agents(self.request.actor)  # type: ignore[attr-defined]
        company = Agent.objects.filter(id=OuterRef("agent_id"))
        return read.list_topups().filter(agent_id__in=agents.values("id")).annotate(
            company=Subquery(company.values("company")[:1])
        )

    def row_url(self, row: TopUp) -> str:
        return reverse("console:topup", args=[row.id])


class _OfTopUp(Page):
    @cached_property
    def topup(self) -> TopUp:
        found = read.get_topup(self.kwargs["topup_id"])
        if found is None:
            raise Http404
        _agent(self.request, found.agent_id)
        return found

    def topup_url(self) -> str:
        return reverse("console:topup", args=[self.kwargs["topup_id"]])


class TopUpPage(_OfTopUp):
    verb = "topup.view"

    def get(self, request: HttpRequest, topup_id: uuid.UUID) -> HttpResponse:
        topup = self.topup
        waits = topup.state == TopUp.State.PENDING_CONFIRMATION
        context = {
            "topup": topup, "back_url": reverse("console:topups"), "company": _agent(request, topup.agent_id).company,
            "history": words.labelled(trail.list_history(topup.id)), "needs_two": topups.needs_two(topup),
            "problem_text": _t(topup.problem) if topup.problem else "",
            "proof_url": reverse("console:topup-proof", args=[topup.id]) if topup.proof else "",
            "may_confirm": waits and self.actor.can("topup.confirm"),
        }  # fmt: skip
        return render(request, "agents/topup.html", context)


class Confirm(PostAction, _OfTopUp):
    verb = "topup.confirm"

    def act(self) -> str:
        topups.confirm(topup_id=self.topup.id, actor=self.actor, now=clock.now())
        return self.topup_url()

    def back(self) -> str:
        return self.topup_url()


class Reject(PostAction, _OfTopUp):
    verb = "topup.confirm"
    done = _("Rejected. The agent sees your reason.")

    def act(self) -> str:
        reason = self.request.POST.get("reason", "").strip()[:300]
        topups.reject(topup_id=self.topup.id, reason=reason, actor=self.actor, now=clock.now())
        return self.topup_url()

    def back(self) -> str:
        return self.topup_url()


class Proof(_OfTopUp):
    verb = "topup.view"

    def get(self, request: HttpRequest, topup_id: uuid.UUID) -> HttpResponse:
        return proof_answer(self.topup.site_id, self.topup.proof)
