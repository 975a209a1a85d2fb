"""Pairing a device and a cashier's sign-in on it, by user name and PIN, for one shift."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth import login, logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View

from accounts.permissions import PUBLIC
from kernel import clock, limits
from kernel.errors import DomainError
from kernel.limits import Bucket
from merchants.models import Device
from merchants.services import devices, members
from merchants.web import till
from merchants.web.base import put_errors, site_of
from tenants.walls import wall
from ui.forms import PinInput

BACKEND = "django.contrib.auth.backends.ModelBackend"


class PairForm(forms.Form):
    code = forms.CharField(
        label=gettext_lazy("Pairing code"), max_length=20,
        widget=forms.TextInput(
            {"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false", "data-autofocus": ""}
        ),
        help_text=gettext_lazy("An owner or manager makes it in the merchant area, under Devices."),
    )  # fmt: skip


class SignInForm(forms.Form):
    username = forms.CharField(
        label=gettext_lazy("User name"), max_length=60,
        widget=forms.TextInput({"autocomplete": "username", "autocapitalize": "none", "data-autofocus": ""}),
    )  # fmt: skip
    pin = forms.CharField(label=gettext_lazy("PIN"), max_length=12, widget=PinInput())


class _DoorView(View):
    """A page before anybody is known: limits are checked and fail closed, because codes and PINs are short."""

    form_class: type[forms.Form]
    template_name = ""

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.show(request, self.form_class())

    def post(self, request: HttpRequest) -> HttpResponse:
        form = self.form_class(request.POST)
        if not form.is_valid():
            return self.show(request, form, status=422)
        try:
            limits.must(*self.buckets(request, form), site_id=site_of(request).id, now=clock.now(), closed=True)
            return self.act(request, form)
        except DomainError as error:
            put_errors(form, error)
            return self.show(request, form, status=error.status)

    def show(self, request: HttpRequest, form: forms.Form, status: int = 200) -> HttpResponse:
        response = render(request, self.template_name, {"form": form, **self.more(request)}, status=status)
        response.headers["Cache-Control"] = "private, no-store"
        return response

    def more(self, request: HttpRequest) -> dict[str, Any]:
        return {}

    def buckets(self, request: HttpRequest, form: forms.Form) -> list[Bucket]:
        raise NotImplementedError

    def act(self, request: HttpRequest, form: forms.Form) -> HttpResponse:
        raise NotImplementedError


def _network(request: HttpRequest) -> str:
    return limits.network(limits.client_address(request.META))


class PairView(_DoorView):
    """Type the code that an owner reads out; from then on this browser is that device."""

    verb = PUBLIC
    form_class = PairForm
    template_name = "merchants/redeem/pair.html"

    def buckets(self, request: HttpRequest, form: forms.Form) -> list[Bucket]:
        return [Bucket("pair.network", _network(request), 10, 600)]

    def act(self, request: HttpRequest, form: forms.Form) -> HttpResponse:
        with wall(site_of(request), "site"):
            _device, token = devices.pair(code=form.cleaned_data["code"], now=clock.now())
        response = redirect("redeem:sign-in")
        till.remember(response, token)
        return response


class SignInView(_DoorView):
    """A cashier on a paired device; everybody else signs in as usual."""

    verb = PUBLIC
    form_class = SignInForm
    template_name = "merchants/redeem/sign_in.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        if request.actor.can("coupon.redeem") and not till.shift_is_over(request):  # type: ignore[attr-defined]
            return redirect("redeem:scan")
        return super().get(request)

    def more(self, request: HttpRequest) -> dict[str, Any]:
        return {"device": till.device_of(request)}

    def buckets(self, request: HttpRequest, form: forms.Form) -> list[Bucket]:
        # Those of the person and the device are check_pin's own.
        return [Bucket("pin.network", _network(request), 40, 600)]

    def act(self, request: HttpRequest, form: forms.Form) -> HttpResponse:
        device, now = till.device_of(request), clock.now()
        if device is None:
            raise DomainError(_("This device is not paired any more. Ask a manager to pair it again."))
        with wall(site_of(request), "site"):
            member = members.check_pin(
                device=device, username=form.cleaned_data["username"], pin=form.cleaned_data["pin"], now=now
            )
            self._begin(request, member.user, device)
        return redirect("redeem:scan")

    def _begin(self, request: HttpRequest, user: Any, device: Device) -> None:
        login(request, user, backend=BACKEND)
        request.session[till.SESSION_TILL] = str(device.id)
        request.session["merchant_id"] = str(device.merchant_id)
        request.session.set_expiry(int(till.SHIFT.total_seconds()))


class SignOutView(View):
    """The end of a shift."""

    verb = PUBLIC
    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        with wall(site_of(request), "site"):
            logout(request)
        return redirect("redeem:sign-in")
