"""Devices: announced here, paired with a code that is shown once, revoked."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Case, CharField, QuerySet, Value, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views import View

from kernel import clock
from merchants.models import Device
from merchants.queries import people
from merchants.services import devices
from merchants.web import once
from merchants.web.base import ActView, FormView, actor_of
from ui.forms import Option, RadioCards
from ui.lists import WHEN, Action, Choice, Column, Empty, ListView, MenuItem, StateKind


class DeviceForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=80, help_text=_("Such as: Till 1, tablet at the door."))
    kind = forms.ChoiceField(
        label=_("What is it?"), widget=RadioCards, initial=Device.Kind.TABLET,
        choices=[
            (Device.Kind.TABLET, Option(_("Tablet or phone"), _("Scans with its camera."), "tablet-smartphone")),
            (Device.Kind.TILL, Option(_("Till"), _("A computer with a USB scanner."), "monitor")),
        ],
    )  # fmt: skip
    branch = forms.ChoiceField(label=_("Branch"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["branch"].choices = people.branch_choices()  # type: ignore[attr-defined]


class DeviceListView(ListView):
    verb = "device.manage"
    name = "devices"
    title = _("Devices")
    columns = (
        Column("name", _("Name"), sort="name", primary=True),
        Column("branch", _("Branch"), value="branch.name", sort="branch__name"),
        Column("kind", _("Kind"), value="get_kind_display"),
        Column("state", _("State"), kind=StateKind("device"), sort="state"),
        Column("seen", _("Last seen"), value="last_seen_at", kind=WHEN),
        Column("paired", _("Paired"), value="paired_at", kind=WHEN, hidden=True),
    )
    search_fields = ("name",)
    filters = (
        Choice("state", _("State"), choices=(("paired", _("Paired")), ("waiting", _("Waits for its code")),
                                             ("revoked", _("Revoked")))),
    )  # fmt: skip
    default_sort = "name"
    empty = Empty(
        _("No devices yet"), _("Pair a tablet or till, and cashiers sign in on it with a PIN."),
        icon="tablet-smartphone",
        url_name="merchants:device-create", label=_("Add a device"),
    )  # fmt: skip

    def get_queryset(self) -> QuerySet[Device]:
        state = Case(
            When(revoked_at__isnull=False, then=Value("revoked")), When(token_hash__isnull=False, then=Value("paired")),
            default=Value("waiting"), output_field=CharField(),
        )  # fmt: skip
        return Device.objects.select_related("branch").annotate(state=state)

    def row_menu(self, row: Any) -> list[MenuItem]:
        if row.state == "revoked":
            return []
        code = reverse("merchants:device-code", args=[row.id])
        revoke = reverse("merchants:device-revoke", args=[row.id])
        return [
            MenuItem(_("New pairing code"), code, "key-round", method="post"),
            MenuItem(_("Revoke"), revoke, "ban", "bad", "post",
                     _("It is shut out at once, and nobody can redeem on it. To use it again it is paired anew.")),
        ]  # fmt: skip

    def actions(self) -> list[Action]:
        return [Action(_("Add a device"), reverse("merchants:device-create"), icon="plus")]


class DeviceCreateView(FormView):
    verb = "device.manage"
    title = _("Add a device")
    lead = _("You get a code; type it on the device at /redeem/.")
    submit_label = _("Show the pairing code")
    cancel_name = "merchants:device-list"

    def form(self, data: Any = None, files: Any = None) -> DeviceForm:
        return DeviceForm(data)

    def save(self, form: Any) -> str:
        given = form.cleaned_data
        device, code = devices.create(
            branch_id=given["branch"],
            name=given["name"],
            kind=given["kind"],
            actor=actor_of(self.request),
            now=clock.now(),
        )
        once.keep(self.request, "device", device.name, devices.shown(code))
        return reverse("merchants:device-paired")


class DeviceCodeView(ActView):
    verb = "device.manage"

    def back(self, **kwargs: Any) -> str:
        return reverse("merchants:device-list")

    def act(self, request: HttpRequest, **kwargs: Any) -> str:
        device, code = devices.renew_code(device_id=kwargs["device_id"], actor=actor_of(request), now=self.now)
        once.keep(request, "device", device.name, devices.shown(code))
        return reverse("merchants:device-paired")


class DevicePairedView(View):
    """The pairing code, once."""

    verb = "device.manage"

    def get(self, request: HttpRequest) -> HttpResponse:
        found = once.take(request, "device")
        if found is None:
            return redirect("merchants:device-list")
        redeem = f"{request.scheme}://{request.get_host()}/redeem/"
        response = render(request, "merchants/device_code.html", {"found": found, "redeem": redeem})
        response.headers["Cache-Control"] = "private, no-store"
        return response


class DeviceRevokeView(ActView):
    verb = "device.manage"
    done = _("The device is shut out.")

    def back(self, **kwargs: Any) -> str:
        return reverse("merchants:device-list")

    def act(self, request: HttpRequest, **kwargs: Any) -> str:
        devices.revoke(device_id=kwargs["device_id"], actor=actor_of(request), now=self.now)
        return self.back()
