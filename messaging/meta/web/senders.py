"""The numbers of the sites."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from accounts.queries import trail
from agents import words
from agents.web.base import FormPage, Page, PostAction
from kernel import clock
from messaging.meta import texts
from messaging.meta.choices import NumberStatus, Purpose, SenderState
from messaging.meta.countries import read as read_countries
from messaging.meta.errors import MetaRefused, MetaSilent, NotConnected
from messaging.meta.models import Sender
from messaging.meta.queries import health, templates
from messaging.meta.queries import senders as read
from messaging.meta.services import senders
from messaging.meta.web.shown import QUALITIES, problem, tabs, with_site
from tenants.queries import sites
from ui.components import Tab
from ui.lists import NUMBER, WHEN, Action, Choice, Column, Empty, ListView, StateKind
from ui.tags import basics
from ui.text import phone_text, thousands

ALL_TEXTS = len(Purpose) * len(texts.LANGUAGES)


def _phone(row: Sender) -> Any:
    return format_html('<bdi dir="ltr" class="num whitespace-nowrap">{}</bdi>', phone_text(row.display_phone) or "—")


def _waiting(row: Sender) -> Any:
    """How many, and how long the oldest has waited."""
    if not row.waiting:
        return basics.NONE
    return format_html('<span class="num">{}</span> <span class="muted">· {}</span>', thousands(row.waiting),
                       basics.when(row.waiting_since))  # fmt: skip


def _failed(row: Sender) -> Any:
    return basics.percent(row.failed_share)


class SenderList(ListView):
    verb = "meta.view"
    name = "whatsapp-numbers"
    title = _("WhatsApp")
    list_subtitle = _("One number for each site. A site without one has no WhatsApp.")
    columns = [
        Column("site", _("Site"), value="site_name", sort="site_name", primary=True),
        Column("number", _("Number"), value="display_phone", render=_phone),
        Column("name", _("Name shown"), value="display_name", sort="display_name", hidden=True),
        Column("state", _("State"), kind=StateKind("whatsapp_sender"), sort="state"),
        Column("status", _("At Meta"), kind=StateKind("whatsapp_number"), sort="status"),
        Column("quality", _("Quality"), kind=StateKind("whatsapp_quality"), sort="quality"),
        Column("waiting", _("Waiting"), render=_waiting, sort="waiting"),
        Column("failed", _("Failed"), value="failed_share", render=_failed),
        Column(
            "people", _("People in 24 hours"), value="people_lately", kind=NUMBER, sort="people_lately", hidden=True
        ),
        Column(
            "limit", _("Limit of all numbers"), value="users_per_day", kind=NUMBER, sort="users_per_day",
            sort_nullable=True,
        ),
        Column("speed", _("Messages a second"), value="messages_per_second", kind=NUMBER, hidden=True),
        Column(
            "checked", _("Checked"), value="checked_at", kind=WHEN, sort="checked_at", sort_nullable=True, hidden=True
        ),
    ]
    search_fields = ["site_name__icontains", "display_name", "display_phone", "phone_number_id"]
    search_hint = _("Site, name or number")
    filters = [
        Choice("state", _("State"), choices=SenderState.choices),
        Choice("status", _("At Meta"), choices=NumberStatus.choices),
        Choice("quality", _("Quality"), choices=QUALITIES),
    ]
    default_sort = "site"
    empty = Empty(
        _("No site has a number yet"),
        _("Connect a number of the account to a site: its texts are then submitted to Meta, and messages can go out."),
        icon="smartphone", url_name="meta:sender-connect", label=_("Connect a number"),
    )  # fmt: skip

    def get_queryset(self) -> QuerySet[Sender]:
        return with_site(read.list_senders())

    def search(self, rows: QuerySet[Sender], text: str) -> QuerySet[Sender]:
        """A number is found however its digits are grouped, here and where it is kept."""
        digits = "".join(char for char in text if char.isdecimal())
        if len(digits) < 4 or any(char.isalpha() for char in text):
            return super().search(rows, text)
        return read.with_digits(rows).filter(Q(digits__contains=digits) | Q(phone_number_id__contains=digits))

    def row_url(self, row: Sender) -> str:
        return reverse("meta:sender", args=[row.id])

    def actions(self) -> list[Action]:
        may = self.request.actor.can("meta.manage")  # type: ignore[attr-defined]
        return [Action(_("Connect a number"), reverse("meta:sender-connect"), icon="plus")] if may else []

    def tabs(self) -> list[Tab]:
        return tabs("senders")


class ConnectForm(forms.Form):
    site = forms.ChoiceField(label=_("Site"))
    phone_number_id = forms.CharField(
        label=_("Phone number ID"), max_length=40,
        widget=forms.TextInput({"dir": "ltr", "inputmode": "numeric", "autocomplete": "off"}),
        help_text=_("Beside the number in WhatsApp Manager. It is not the number itself."),
    )  # fmt: skip

    def __init__(self, *args: Any, numbers: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        taken = set(Sender.objects.values_list("site_id", flat=True))
        free = [(str(site.id), site.name) for site in sites.list_sites() if site.id not in taken]
        chosen = self.fields["site"]
        assert isinstance(chosen, forms.ChoiceField)
        chosen.choices = free
        if numbers:
            self.fields["phone_number_id"] = forms.ChoiceField(
                label=_("Number"), choices=numbers, help_text=_("The account's numbers that no site has yet.")
            )


class ConnectSender(FormPage):
    verb = "meta.manage"
    form_class = ConnectForm
    title = _("Connect a number")
    lead = _("Customers of the site see this number and the name that Meta shows with it.")
    submit_label = _("Connect the number")
    done = _("Connected. The site's texts are being submitted to Meta.")

    def form_arguments(self) -> dict[str, Any]:
        return {"numbers": _free_numbers()}

    def save(self, form: ConnectForm) -> str:
        site = sites.get_site(uuid.UUID(form.cleaned_data["site"]))
        made = senders.connect(
            site=site, phone_number_id=form.cleaned_data["phone_number_id"], actor=self.actor, now=clock.now()
        )
        return reverse("meta:sender", args=[made.id])

    def cancel_url(self) -> str:
        return reverse("meta:senders")


def _free_numbers() -> list[tuple[str, str]]:
    """The account's numbers that no site has; none where Meta does not say, and then the id is typed."""
    taken = set(Sender.objects.values_list("phone_number_id", flat=True))
    try:
        found = senders.at_meta(clock.now())
    except (NotConnected, MetaRefused, MetaSilent):
        return []
    return [
        (str(one["id"]), f"{one.get('verified_name', '')} · {one.get('display_phone_number', '')}")
        for one in found if str(one["id"]) not in taken
    ]  # fmt: skip


class _OfSender(Page):
    @cached_property
    def sender(self) -> Sender:
        found = with_site(read.list_senders()).filter(id=self.kwargs["sender_id"]).first()
        if found is None:
            raise Http404
        return found  # type: ignore[no-any-return]

    def sender_url(self) -> str:
        return reverse("meta:sender", args=[self.kwargs["sender_id"]])


class SenderPage(_OfSender):
    verb = "meta.view"

    def get(self, request: HttpRequest, sender_id: uuid.UUID) -> HttpResponse:
        sender = self.sender
        now = clock.now()
        approved = templates.usable_by_site([sender.site_id]).get(sender.site_id, 0)
        found = [
            problem(trouble, sender, lost, now)
            for _sender, troubles, lost in health.troubles([sender], now=now)
            for trouble in troubles if trouble != health.Trouble.PAUSED
        ]  # fmt: skip
        context = {
            "sender": sender, "may_manage": self.actor.can("meta.manage"), "approved": approved,
            "own_name": _own_name(sender), "of_all": f"/ {ALL_TEXTS}",
            "problems": found, "tries_again": health.tries_again(sender, now=now),
            "people": read.people_of_account(now=now),
            "of_limit": "" if sender.users_per_day is None else f"/ {sender.users_per_day:,}",
            "of_ceiling": f"/ {sender.code_ceiling_per_hour:,}",
            "known": sender.sent_lately + sender.failed_lately,
            "texts_url": f"{reverse('meta:texts')}?site={sender.site_id}",
            "phone": phone_text(sender.display_phone), "history": words.labelled(trail.list_history(sender.id)),
        }  # fmt: skip
        return render(request, "meta/sender.html", context)


def _own_name(sender: Sender) -> str:
    """What the site calls itself, where customers read another name in WhatsApp; "" where it is the same."""
    site = sites.get_site(sender.site_id)
    known = {" ".join(name.split()).casefold() for name in (site.name, site.sender_name)}
    shown = " ".join(sender.display_name.split()).casefold()
    return "" if not shown or shown in known else site.sender_name or site.name


class _OnSender(PostAction, _OfSender):
    verb = "meta.manage"

    def back(self) -> str:
        return self.sender_url()


class CheckSender(_OnSender):
    done = _("Asked Meta just now.")

    def act(self) -> str:
        senders.check(self.sender, now=clock.now())
        return self.back()


class PauseSender(_OnSender):
    done = _("Paused. Messages wait until it is resumed.")

    def act(self) -> str:
        reason = self.request.POST.get("reason", "").strip() or str(_("Paused by hand"))
        senders.pause(self.sender.id, reason, None, clock.now(), actor=self.actor)
        return self.back()


class ResumeSender(_OnSender):
    done = _("Messages go out again.")

    def act(self) -> str:
        senders.resume(self.sender.id, clock.now(), actor=self.actor)
        return self.back()


class SwitchOff(_OnSender):
    done = _("WhatsApp of this site is off.")

    def act(self) -> str:
        senders.switch_off(sender_id=self.sender.id, actor=self.actor, now=clock.now())
        return self.back()


class RemoveSender(_OnSender):
    done = _("The site has no number now.")

    def act(self) -> str:
        senders.remove(sender_id=self.sender.id, actor=self.actor, now=clock.now())
        return reverse("meta:senders")


class LimitsForm(forms.Form):
    code_ceiling_per_hour = forms.IntegerField(
        label=_("Codes an hour"), min_value=0, max_value=100_000,
        help_text=_("Codes that prove a phone on site-wide pages are paid by the platform. No more than this many."),
    )  # fmt: skip
    countries = forms.CharField(
        label=_("Countries"), required=False, max_length=1000,
        widget=forms.TextInput({"dir": "ltr", "autocomplete": "off"}),
        help_text=_("Two letters each, such as SA AE. Nothing is sent to numbers of other countries. Empty: to all."),
    )  # fmt: skip

    def clean_countries(self) -> list[str]:
        try:
            return read_countries(self.cleaned_data["countries"])
        except ValueError as error:
            raise forms.ValidationError(_("“%(code)s” is no country."), params={"code": str(error)}) from error


class EditSender(FormPage, _OfSender):
    verb = "meta.manage"
    form_class = LimitsForm
    title = _("Limits of the number")
    done = _("Saved.")

    def initial(self) -> dict[str, Any]:
        sender = self.sender
        return {"code_ceiling_per_hour": sender.code_ceiling_per_hour, "countries": " ".join(sender.countries)}

    def save(self, form: LimitsForm) -> str:
        senders.edit(sender_id=self.sender.id, **form.cleaned_data, actor=self.actor, now=clock.now())
        return self.sender_url()

    def cancel_url(self) -> str:
        return self.sender_url()
