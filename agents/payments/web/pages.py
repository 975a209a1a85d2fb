"""The payments page: of a site's back office, and of the console for the platform's keys."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from agents.payments.models import PaymentEvent, PaymentSettings
from agents.payments.queries import keys
from agents.payments.services import connection, inbox
from agents.web.base import FormPage, Page, PostAction
from kernel import clock
from tenants.queries import sites
from tenants.walls import current_site
from ui.components import Tab
from ui.forms import Section
from ui.lists import NUMBER, WHEN, Bulk, Choice, Column, DateRange, Empty, ListView, StateKind
from ui.states import State, register

register(
    "payment_event",
    {
        PaymentEvent.State.WAITING: State(PaymentEvent.State.WAITING.label, "warning"),
        PaymentEvent.State.DONE: State(PaymentEvent.State.DONE.label, "good"),
        PaymentEvent.State.IGNORED: State(PaymentEvent.State.IGNORED.label, "neutral"),
    },
)
register(
    "payment_mode",
    {
        PaymentSettings.Mode.TEST: State(PaymentSettings.Mode.TEST.label, "warning", "flask-conical"),
        PaymentSettings.Mode.LIVE: State(PaymentSettings.Mode.LIVE.label, "good"),
    },
)
PROBLEMS = {
    "key_lacks_right": _("The restricted key may not make webhook endpoints."),
    "unavailable": _("Stripe did not answer when the endpoint was to be made."),
}
OTHER_PROBLEM = _("Stripe did not accept the address of this site.")
_PLAIN = {"dir": "ltr", "autocapitalize": "off", "autocomplete": "off", "spellcheck": "false"}


def tabs(current: str) -> list[Tab]:
    """The two pages of this wing."""
    return [
        Tab(_("Keys"), reverse("payments:page"), current=current == "keys"),
        Tab(_("Messages from Stripe"), reverse("payments:events"), current=current == "events"),
    ]


class PaymentsPage(Page):
    """What is connected, in which mode, and how news of payments arrives."""

    verb = "payments.view"

    def get(self, request: HttpRequest) -> HttpResponse:
        platforms = keys.uses_platforms()
        saved = None if platforms else PaymentSettings.objects.first()
        context = {
            "saved": saved,
            "uses_platforms": platforms,
            "of_platform": current_site().type == "master",
            "connected": keys.settings_of(sites.console()) if platforms else saved,
            "problem": PROBLEMS.get(saved.webhook_problem, OTHER_PROBLEM) if saved and saved.webhook_problem else "",
            "webhook_url": "" if platforms else connection.webhook_url(),
            "event_types": inbox.TYPES,
            "may_manage": self.actor.can("payments.manage") and not platforms,
            "tabs_of_page": [] if platforms else tabs("keys"),
        }
        return render(request, "payments/page.html", context)


class KeysForm(forms.Form):
    """Keys go in and never come out: nothing that was typed is written back into the page."""

    secret_key = forms.CharField(
        label=_("Secret key"),
        max_length=255,
        widget=forms.PasswordInput(_PLAIN),
        help_text=_("From Stripe's dashboard: it begins with sk_ or, with fewer rights, rk_. It is stored encrypted."),
    )
    publishable_key = forms.CharField(
        label=_("Publishable key"), max_length=255, required=False, widget=forms.TextInput(_PLAIN),
        help_text=_("pk_…, of the same mode."),
    )  # fmt: skip
    webhook_secret = forms.CharField(
        label=_("Webhook secret"),
        max_length=255,
        required=False,
        widget=forms.PasswordInput(_PLAIN),
        help_text=_("Leave it empty and the endpoint is made for you. Fill it in if you made one yourself."),
    )
    sections = [
        Section(_("Keys"), ["secret_key", "publishable_key"]),
        Section(_("Webhook"), ["webhook_secret"]),
    ]

    def clean(self) -> dict[str, Any]:
        return {name: value.strip() for name, value in self.cleaned_data.items()}


class SaveKeys(FormPage):
    verb = "payments.manage"
    form_class = KeysForm
    title = _("Connect Stripe")
    lead = _("The keys are tried at Stripe before they are saved. Payments then go to the account they belong to.")
    submit_label = _("Try and save the keys")
    done = _("Stripe is connected.")

    def save(self, form: KeysForm) -> str:
        values = form.cleaned_data
        connection.save(
            secret_key=values["secret_key"], publishable_key=values["publishable_key"],
            webhook_secret=values["webhook_secret"], actor=self.actor, now=clock.now(),
        )  # fmt: skip
        return reverse("payments:page")

    def cancel_url(self) -> str:
        return reverse("payments:page")


class CheckKeys(PostAction):
    verb = "payments.manage"
    done = _("Stripe takes the keys.")

    def act(self) -> str:
        connection.check(actor=self.actor, now=clock.now())
        return self.back()

    def back(self) -> str:
        return reverse("payments:page")


class RemoveKeys(PostAction):
    verb = "payments.manage"
    done = _("The keys are gone. Nobody can pay online here now.")

    def act(self) -> str:
        connection.remove(actor=self.actor, now=clock.now())
        return self.back()

    def back(self) -> str:
        return reverse("payments:page")


def handle_again(view: Any, rows: QuerySet[PaymentEvent], request: HttpRequest) -> int:
    """Hand the chosen ones over again, also those that were nobody's."""
    return inbox.hand_over(rows, now=clock.now())


class EventList(ListView):
    """What Stripe told us, newest first."""

    verb = "payments.view"
    name = "payment-events"
    title = _("Payments")
    columns = [
        Column("received", _("Received"), value="received_at", kind=WHEN, sort="received_at"),
        Column("type", _("What happened"), sort="type", primary=True),
        Column("state", _("State"), kind=StateKind("payment_event"), sort="state"),
        Column("attempts", _("Tries"), kind=NUMBER, sort="attempts"),
        Column("error", _("Last error"), value="last_error"),
        Column("object", _("Concerns"), value="object_id", hidden=True),
        Column("id", _("Event"), value="event_id", hidden=True),
    ]
    search_fields = ["event_id", "object_id", "type"]
    filters = [
        Choice("state", _("State"), choices=PaymentEvent.State.choices),
        DateRange("received", _("Received"), field="received_at"),
    ]
    default_sort = "-received"
    empty = Empty(
        _("Stripe has not told us anything yet"),
        _("Each payment, refund and dispute appears here within seconds."),
        icon="webhook",
    )
    bulk_actions = [
        Bulk("again", _("Handle again"), run=handle_again, icon="refresh-cw", verb="payments.manage",
             confirm=_("Each payment is looked up at Stripe again. What was settled already is not settled twice.")),
    ]  # fmt: skip

    def get_queryset(self) -> QuerySet[PaymentEvent]:
        return PaymentEvent.objects.all()

    def tabs(self) -> list[Tab]:
        return tabs("events")
