"""The account's page: what is connected, and whether it is well."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.queries import trail
from agents import words
from agents.web.base import FormPage, Page, PostAction
from kernel import clock, crypto
from kernel.errors import DomainError
from messaging.meta.choices import AccountState
from messaging.meta.models import MetaAccount, Sender
from messaging.meta.queries import health
from messaging.meta.services import account, connection
from messaging.meta.web.shown import problem, tabs, with_site
from ui.forms import Section

SHOWN = 20  # numbers that need a look; the list has the rest
_PLAIN = {"dir": "ltr", "autocapitalize": "off", "autocomplete": "off", "spellcheck": "false"}
_DIGITS = {**_PLAIN, "inputmode": "numeric"}


class AccountPage(Page):
    verb = "meta.view"

    def get(self, request: HttpRequest) -> HttpResponse:
        saved = MetaAccount.objects.first()
        may_manage = self.actor.can("meta.manage")
        rows, now = with_site(Sender.objects.order_by("-waiting", "id")), clock.now()
        found, names = health.troubles(rows, now=now), {row.id: row.site_name for row in rows}
        context = {
            "saved": saved, "dead": bool(saved and saved.state == AccountState.TOKEN_DEAD), "may_manage": may_manage,
            "senders": len(rows), "more": max(0, len(found) - SHOWN),
            "unwell": [(names[sender.id], [problem(one, sender, lost, now) for one in troubles])
                       for sender, troubles, lost in found[:SHOWN]],
            "webhook_url": connection.webhook_url(), "verify_token": _verify_token() if may_manage and saved else "",
            "tabs_of_page": tabs("account"),
            "history": words.labelled(trail.list_history(saved.id)) if saved else [],
        }  # fmt: skip
        return render(request, "meta/account.html", context)


def _verify_token() -> str:
    """What a person types at Meta beside our address; empty where the key of this environment does not open it."""
    try:
        found = account.opened()
    except crypto.CannotOpen:
        return ""
    return found.verify_token if found else ""


class AccountForm(forms.Form):
    """Secrets go in and never come out: nothing that was typed is written back into the page."""

    waba_id = forms.CharField(
        label=_("WhatsApp Business Account ID"), max_length=30, widget=forms.TextInput(_DIGITS),
        help_text=_("In Meta Business Suite under WhatsApp accounts."),
    )  # fmt: skip
    app_id = forms.CharField(
        label=_("App ID"), max_length=30, widget=forms.TextInput(_DIGITS),
        help_text=_("Of the app in Meta for Developers that owns the webhook."),
    )  # fmt: skip
    token = forms.CharField(
        label=_("Access token"), max_length=1000, required=False, widget=forms.PasswordInput(_PLAIN),
        help_text=_(
            "Of a system user with the rights whatsapp_business_messaging and whatsapp_business_management. It is "
            "stored encrypted."
        ),
    )  # fmt: skip
    app_secret = forms.CharField(
        label=_("App secret"), max_length=200, required=False, widget=forms.PasswordInput(_PLAIN),
        help_text=_("Under App settings, Basic. It proves that news comes from Meta. It is stored encrypted."),
    )  # fmt: skip
    sections = [
        Section(_("Account"), ["waba_id", "app_id"]),
        Section(_("Secrets"), ["token", "app_secret"], help=_("Leave one empty to keep what is saved.")),
    ]

    def clean(self) -> dict[str, Any]:
        return {name: value.strip() for name, value in self.cleaned_data.items()}


class SaveAccount(FormPage):
    verb = "meta.manage"
    form_class = AccountForm
    title = _("Connect WhatsApp")
    lead = _("The account is tried at Meta before it is saved. Every site's number stands under it.")
    submit_label = _("Try and save the account")
    done = _("WhatsApp is connected.")

    def initial(self) -> dict[str, Any]:
        saved = MetaAccount.objects.first()
        return {"waba_id": saved.waba_id, "app_id": saved.app_id} if saved else {}

    def save(self, form: AccountForm) -> str:
        connection.save(**form.cleaned_data, actor=self.actor, now=clock.now())
        return reverse("meta:account")

    def cancel_url(self) -> str:
        return reverse("meta:account")


class _OnAccount(PostAction):
    verb = "meta.manage"

    def back(self) -> str:
        return reverse("meta:account")


class CheckAccount(_OnAccount):
    done = _("Meta takes the token.")

    def act(self) -> str:
        connection.check(actor=self.actor, now=clock.now())
        return self.back()


class Subscribe(_OnAccount):
    done = _("Meta sends its news here.")

    def act(self) -> str:
        if not connection.subscribe(actor=self.actor, now=clock.now()):
            raise DomainError(_("Meta could not reach the address. The reason stands on the page."))
        return self.back()


class RemoveAccount(_OnAccount):
    done = _("The account is gone. No message is sent now.")

    def act(self) -> str:
        connection.remove(actor=self.actor, now=clock.now())
        return self.back()
