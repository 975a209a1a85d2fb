"""API keys: made, shown once, revoked."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.db.models import Case, CharField, Q, QuerySet, Value, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views import View

from kernel import clock
from merchants.models import ApiKey
from merchants.services import apikeys
from merchants.web import once
from merchants.web.base import ActView, FormView, actor_of, merchant_of
from merchants.web.fields import Chips
from ui.forms import DateField
from ui.lists import DATE, WHEN, Action, Column, Empty, ListView, MenuItem, StateKind


class ApiKeyForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=80, help_text=_("Which system will use it?"))
    scopes = forms.MultipleChoiceField(
        label=_("What may it do?"), choices=tuple(apikeys.SCOPES.items()), widget=Chips,
        help_text=_("As little as it needs: a lost key can do no more than this."),
    )  # fmt: skip
    expires_on = DateField(
        label=_("Last day"), required=False, presets=((90, _("In 90 days")), (365, _("In a year"))),
        help_text=_("Empty: until it is revoked."),
    )  # fmt: skip


class ApiKeyListView(ListView):
    verb = "apikey.manage"
    name = "apikeys"
    title = _("API keys")
    list_subtitle = _("For your own till or web shop: look up, claim and redeem coupons by program.")
    exportable = False
    columns = (
        Column("name", _("Name"), sort="name", primary=True),
        Column("prefix", _("Begins with"), value=lambda k: f"{k.prefix}…"),
        Column("scopes", _("Allowed to"), value=lambda k: ", ".join(str(apikeys.SCOPES.get(s, s)) for s in k.scopes)),
        Column("state", _("State"), kind=StateKind("apikey")),
        Column("used", _("Last used"), value="last_used_at", kind=WHEN),
        Column("expires", _("Until"), value="expires_at", kind=DATE),
        Column("created", _("Made"), value="created_at", kind=WHEN, sort="created_at"),
    )
    search_fields = ("name", "prefix")
    default_sort = "-created"
    empty = Empty(
        _("No keys yet"), _("Connect your own till or web shop."), icon="key-round", url_name="merchants:apikey-create",
        label=_("Make a key"),
    )  # fmt: skip

    def get_queryset(self) -> QuerySet[ApiKey]:
        state = Case(
            When(revoked_at__isnull=False, then=Value("revoked")),
            When(Q(expires_at__lte=clock.now()), then=Value("expired")),
            default=Value("active"), output_field=CharField(),
        )  # fmt: skip
        return ApiKey.objects.annotate(state=state)

    def row_menu(self, row: Any) -> list[MenuItem]:
        if row.revoked_at:
            return []
        url = reverse("merchants:apikey-revoke", args=[row.id])
        return [MenuItem(_("Revoke"), url, "ban", "bad", "post", _("Programs that use it are refused at once."))]

    def actions(self) -> list[Action]:
        return [Action(_("Make a key"), reverse("merchants:apikey-create"), icon="plus")]


class ApiKeyCreateView(FormView):
    verb = "apikey.manage"
    title = _("Make an API key")
    submit_label = _("Make the key")
    cancel_name = "merchants:apikey-list"

    def form(self, data: Any = None, files: Any = None) -> ApiKeyForm:
        return ApiKeyForm(data)

    def save(self, form: Any) -> str:
        given, zone = form.cleaned_data, merchant_of(self.request).time_zone
        last: dt.date | None = given["expires_on"]
        key, secret = apikeys.create(
            name=given["name"], scopes=given["scopes"], actor=actor_of(self.request), now=clock.now(),
            expires_at=clock.end_of_day(last, zone) if last else None,
        )  # fmt: skip
        once.keep(self.request, "apikey", key.name, secret)
        return reverse("merchants:apikey-made")


class ApiKeyMadeView(View):
    """The key, once."""

    verb = "apikey.manage"

    def get(self, request: HttpRequest) -> HttpResponse:
        found = once.take(request, "apikey")
        if found is None:
            return redirect("merchants:apikey-list")
        response = render(request, "merchants/apikey.html", {"found": found})
        response.headers["Cache-Control"] = "private, no-store"
        return response


class ApiKeyRevokeView(ActView):
    verb = "apikey.manage"
    done = _("The key is revoked.")

    def back(self, **kwargs: Any) -> str:
        return reverse("merchants:apikey-list")

    def act(self, request: HttpRequest, **kwargs: Any) -> str:
        apikeys.revoke(key_id=kwargs["key_id"], actor=actor_of(request), now=self.now)
        return self.back()
