"""The agent's prepaid wallet: balance, how long it lasts, the statement, topping up."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.translation import get_language
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from accounts.queries import trail
from agents import words
from agents.models import Agent, TopUp
from agents.queries import companies
from agents.queries import wallets as read
from agents.services import proofs, topups, wallets
from agents.web.base import FormPage, Page
from credits.choices import Action
from credits.models import Account, Entry
from credits.queries import statements
from kernel import clock
from kernel.errors import DomainError
from kernel.ids import uuid_or_none
from tenants.queries import sites
from ui.forms import MoneyField
from ui.lists import CREDITS, WHEN, Choice, Column, DateRange, Empty, ListView, MoneyKind, StateKind
from ui.states import State, register
from ui.text import money_text

register(
    "topup",
    {
        TopUp.State.PENDING_PAYMENT: State(TopUp.State.PENDING_PAYMENT.label, "warning"),
        TopUp.State.PENDING_CONFIRMATION: State(TopUp.State.PENDING_CONFIRMATION.label, "warning"),
        TopUp.State.COMPLETED: State(TopUp.State.COMPLETED.label, "good"),
        TopUp.State.REJECTED: State(TopUp.State.REJECTED.label, "bad", "ban"),
        TopUp.State.EXPIRED: State(TopUp.State.EXPIRED.label, "neutral"),
    },
)


def language() -> str:
    return "ar" if (get_language() or "en").startswith("ar") else "en"


def about(entry: Entry) -> str:
    """What a line of the wallet is about."""
    names = {"purchase": _t("Purchase"), "topup": _t("Top-up")}
    return names.get(entry.related_type, "") or str(entry.transfer.reason)


MONEY_COLUMNS = [
    Column("number", _("No."), value="version", sort="version", kind=CREDITS, hidden=True),
    Column("at", _("When"), kind=WHEN, primary=True),
    Column("action", _("What"), kind=StateKind("ledger")),
    Column(
        "amount", _("Amount"), kind=MoneyKind("unit"),
        render=lambda e: format_html(
            '<bdi dir="ltr" class="num">{}</bdi>', money_text(e.amount, e.unit, sign=True)
        ),
    ),
    Column("balance", _("Balance after"), value="balance_after", kind=MoneyKind("unit")),
    Column("about", _("For"), value=about),
    Column("who", _("By"), value="transfer.actor_label"),
    Column("reason", _("Reason"), value="transfer.reason", hidden=True),
]  # fmt: skip


class MoneyStatement(ListView):
    """The lines of one money wallet, newest first, each with the balance after it."""

    columns = MONEY_COLUMNS
    filters = [Choice("action", _("What"), choices=Action.choices, multiple=True), DateRange("at", _("When"))]
    search_fields = ["transfer__reason__icontains", "transfer__actor_label__icontains"]
    default_sort = "-number"
    empty = Empty(
        _("Nothing has moved yet"), _("Top-ups and the cost of every sale stand here, with the balance after them."),
        icon="scroll-text",
    )  # fmt: skip

    @property
    def wallet(self) -> Account | None:
        raise NotImplementedError

    def get_queryset(self) -> QuerySet[Entry]:
        wallet = self.wallet
        return statements.entries(account=wallet) if wallet else Entry.objects.none()

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        wallet = self.wallet
        forecast = read.forecast(wallet, clock.now()) if wallet else None
        return {**context, "wallet": wallet, "forecast": forecast}


class WalletPage(MoneyStatement):
    """The wallet of the agent whose site this is."""

    verb = "money.view"
    name = "money-wallet"
    title = _("Prepaid wallet")
    list_subtitle = _("The platform's cost of every sale is taken from it.")
    template_name = "agents/wallet.html"

    @cached_property
    def agent(self) -> Agent | None:
        return companies.of_site(self.request.site.id)  # type: ignore[attr-defined]

    @cached_property
    def wallet(self) -> Account | None:
        return read.wallet_of(self.agent, self.request.site.currency) if self.agent else None  # type: ignore[attr-defined]

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        found = super().get_context_data(**context)
        alert = read.alert_of(self.agent.id) if self.agent else None
        waiting = read.list_topups(self.request.site.id).filter(  # type: ignore[attr-defined]
            state__in=[TopUp.State.PENDING_CONFIRMATION, TopUp.State.PENDING_PAYMENT]
        )
        level = alert.alert_level if alert else None
        balance = (found["wallet"].balance or 0) if found["wallet"] else 0
        return {
            **found, "agent": self.agent, "alert": alert, "waiting": list(waiting.order_by("-created_at")[:5]),
            "is_low": level is not None and balance < level,
            "may_top_up": self.request.actor.can("money.topup") and self.agent is not None,  # type: ignore[attr-defined]
        }  # fmt: skip


class _Money(FormPage):
    verb = "money.topup"

    @property
    def currency(self) -> str:
        return str(self.request.site.currency)  # type: ignore[attr-defined]

    def form_arguments(self) -> dict[str, Any]:
        if companies.of_site(self.request.site.id) is None:  # type: ignore[attr-defined]
            raise Http404  # the platform's own site has no wallet
        return {"currency": self.currency}

    def cancel_url(self) -> str:
        return reverse("money:wallet")


class TopUpForm(forms.Form):
    # Made with the page: pressing the button twice opens one checkout.
    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["amount"] = MoneyField(currency=currency, label=_("Amount"))


class TopUpPage(_Money):
    """Top up by card: on to Stripe's page, with the platform's keys."""

    form_class = TopUpForm
    title = _("Top up by card")
    lead = _("You pay the platform on a page of Stripe. The money is in your wallet at once.")
    submit_label = _("Go on to pay")

    def initial(self) -> dict[str, Any]:
        return {"key": uuid.uuid4()}

    def save(self, form: TopUpForm) -> str:
        base = sites.base_url(self.request.site)  # type: ignore[arg-type]
        key = uuid_or_none(form.cleaned_data["key"]) or uuid.uuid4()
        topups.start(
            topup_id=key, amount=form.cleaned_data["amount"], language=language(), actor=self.actor, now=clock.now(),
            return_url=base + reverse("money:topup-back", args=[key]), cancel_url=base + reverse("money:wallet"),
            email=getattr(self.request.user, "email", "") or "",
        )  # fmt: skip
        return reverse("money:topup-pay", args=[key])


class _OfTopUp(Page):
    @property
    def topup(self) -> TopUp:
        found = read.get_topup(self.kwargs["topup_id"])
        if found is None:
            raise Http404
        return found


class TopUpPay(_OfTopUp):
    """On the way to Stripe's page: forms of ours may not lead to another host."""

    verb = "money.topup"

    def get(self, request: HttpRequest, topup_id: uuid.UUID) -> HttpResponse:
        topup = self.topup
        if topup.state != TopUp.State.PENDING_PAYMENT or not topup.session_url:
            return HttpResponseRedirect(reverse("money:wallet"))
        return render(request, "agents/topup_pay.html", {"topup": topup})


class TopUpBack(_OfTopUp):
    """Where Stripe sends the payer: settle, then show the wallet."""

    verb = "money.view"

    def get(self, request: HttpRequest, topup_id: uuid.UUID) -> HttpResponse:
        topup = self.topup
        try:
            topups.look(topup_id=topup.id, actor=self.actor, now=clock.now())
        except DomainError as error:
            messages.warning(request, str(error))
        else:
            if self.topup.state == TopUp.State.COMPLETED:
                messages.success(request, _t("The money is in your wallet."))
            else:
                messages.info(request, _t("The payment is not here yet. It is added by itself when it arrives."))
        return HttpResponseRedirect(reverse("money:wallet"))


class TransferForm(forms.Form):
    reference = forms.CharField(
        label=_("Reference of the transfer"), max_length=120, help_text=_("As your bank shows it.")
    )
    proof = forms.FileField(label=_("Proof"), required=False, help_text=_("PDF, PNG or JPEG, at most 5 MB."))
    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["amount"] = MoneyField(currency=currency, label=_("Amount"))
        self.order_fields(["amount", "reference", "proof", "key"])


class TransferPage(_Money):
    """Say that money was sent by bank; the platform confirms it."""

    form_class = TransferForm
    title = _("Top up by bank transfer")
    lead = _("Tell us of the transfer you made. It is in your wallet when the platform has confirmed it.")
    submit_label = _("Send for confirmation")
    done = _("Noted. The platform confirms it when the money has arrived.")

    def initial(self) -> dict[str, Any]:
        return {"key": uuid.uuid4()}

    def save(self, form: TransferForm) -> str:
        values, site_id = form.cleaned_data, self.request.site.id  # type: ignore[attr-defined]
        key = uuid_or_none(values["key"]) or uuid.uuid4()
        if read.get_topup(key) is None:
            file = values["proof"]
            topups.record(
                site_id=site_id, amount=values["amount"], reference=values["reference"], actor=self.actor,
                proof=proofs.keep(site_id, file.read() if file else b""), now=clock.now(), topup_id=key,
            )  # fmt: skip
        return reverse("money:wallet")


class AlertForm(forms.Form):
    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["level"] = MoneyField(
            currency=currency, label=_("Warn below"), required=False, help_text=_("Empty: no warning.")
        )
        self.fields["email"] = forms.EmailField(
            label=_("Also write to"), required=False, help_text=_("Staff with finance rights are written to anyway.")
        )


class AlertPage(_Money):
    form_class = AlertForm
    title = _("Low-balance alert")
    done = _("Saved.")

    def initial(self) -> dict[str, Any]:
        agent = companies.of_site(self.request.site.id)  # type: ignore[attr-defined]
        found = read.alert_of(agent.id) if agent else None
        return {"level": found.alert_level, "email": found.alert_email} if found else {}

    def save(self, form: AlertForm) -> str:
        values = form.cleaned_data
        wallets.set_alert(
            level=values["level"] or None, email=values["email"], actor=self.actor, now=clock.now()
        )
        return reverse("money:wallet")


TOPUP_COLUMNS = [
    Column("created", _("When"), value="created_at", kind=WHEN, sort="created_at", primary=True),
    Column("method", _("How"), value=lambda t: t.get_method_display()),
    Column("amount", _("Amount"), kind=MoneyKind("currency"), sort="amount"),
    Column("state", _("State"), kind=StateKind("topup"), sort="state"),
    Column("reference", _("Reference")),
    Column("who", _("By"), value="created_label"),
    Column("confirmed", _("Confirmed by"), value="confirmed_label", hidden=True),
]
TOPUP_FILTERS = [
    Choice("state", _("State"), choices=TopUp.State.choices, multiple=True),
    Choice("method", _("How"), choices=TopUp.Method.choices),
    DateRange("created", _("When"), field="created_at"),
]


class TopUpList(ListView):
    """What was paid into the wallet, and what still waits."""

    verb = "money.view"
    name = "topups"
    title = _("Top-ups")
    columns = TOPUP_COLUMNS
    filters = TOPUP_FILTERS
    search_fields = ["reference", "created_label"]
    default_sort = "-created"
    empty = Empty(_("No top-ups yet"), _("Money you pay into the wallet stands here."), icon="wallet")

    def get_queryset(self) -> QuerySet[TopUp]:
        return read.list_topups(self.request.site.id)  # type: ignore[attr-defined]

    def row_url(self, row: TopUp) -> str:
        return reverse("money:topup", args=[row.id])


class TopUpDetail(_OfTopUp):
    verb = "money.view"

    def get(self, request: HttpRequest, topup_id: uuid.UUID) -> HttpResponse:
        topup = self.topup
        context = {
            "topup": topup, "back_url": reverse("money:topups"),
            "history": words.labelled(trail.list_history(topup.id)),
            "proof_url": reverse("money:topup-proof", args=[topup.id]) if topup.proof else "",
            "pay_url": reverse("money:topup-pay", args=[topup.id])
            if topup.session_url and self.actor.can("money.topup") else "",
        }  # fmt: skip
        return render(request, "agents/topup.html", context)


def proof_answer(site_id: uuid.UUID, name: str) -> HttpResponse:
    """A stored proof as a download; 404 where there is none."""
    try:
        data, kind = proofs.read(site_id, name)
    except FileNotFoundError as error:
        raise Http404 from error
    response = HttpResponse(data, content_type=kind)
    response.headers["Content-Disposition"] = f'attachment; filename="proof.{name.rpartition(".")[2]}"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, no-store"
    return response


class TopUpProof(_OfTopUp):
    verb = "money.view"

    def get(self, request: HttpRequest, topup_id: uuid.UUID) -> HttpResponse:
        topup = self.topup
        return proof_answer(topup.site_id, topup.proof)
