"""The redeem screen: scan or type, one big answer, the next one under the thumb. Works without a script."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth import logout
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View

from accounts.actors import Actor
from kernel import clock, limits
from kernel.errors import DomainError
from kernel.ids import uuid_or_none
from kernel.limits import Bucket
from merchants import serials
from merchants.models import Branch, Redemption, Scan
from merchants.services import redemption
from merchants.web import answers, till
from merchants.web.base import actor_of, merchant_of, put_errors, site_of
from tenants.walls import wall
from ui.forms import PhoneField

GUESSES = {"unknown", "mistyped", "other_merchant"}


class TillView(View):
    """A page of the till. A session that began on another device is over."""

    verb = "coupon.redeem"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if till.shift_is_over(request):
            with wall(site_of(request), "site"):
                logout(request)
            return redirect("redeem:sign-in")
        response = super().dispatch(request, *args, **kwargs)
        response.headers["Cache-Control"] = "private, no-store"
        return response

    def page(self, name: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
        context["can_area"] = actor_of(self.request).can("area.view")
        return render(self.request, f"merchants/redeem/{name}.html", context, status=status)


class PhoneForm(forms.Form):
    """The customer's phone, where a printed coupon is used that nobody has taken. Optional."""

    def __init__(self, *args: Any, country: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["phone"] = PhoneField(country=country, required=False, label=_("Customer's phone"))


class ScanView(TillView):
    """Where every scan begins."""

    def get(self, request: HttpRequest) -> HttpResponse:
        if request.GET.get("camera") in {"0", "1"}:
            request.session[till.SESSION_CAMERA] = request.GET["camera"] == "1"
            return redirect("redeem:scan")
        return self.show(request, PhoneForm(country=site_of(request).country))

    def show(self, request: HttpRequest, form: PhoneForm, *, serial: str = "", status: int = 200) -> HttpResponse:
        context = {
            "till": till.till_of(request, actor_of(request)), "nonce": uuid.uuid4(), "form": form, "serial": serial,
            "camera": request.session.get(till.SESSION_CAMERA, False), "merchant": merchant_of(request),
        }  # fmt: skip
        return self.page("scan", context, status)

    def post(self, request: HttpRequest) -> HttpResponse:
        serial = serials.found_in(request.POST.get("serial", ""))
        form = PhoneForm(request.POST, country=site_of(request).country)
        if not serial:
            return redirect("redeem:scan")
        if not form.is_valid():
            return self.show(request, form, serial=serial, status=422)
        try:
            return self.answer(request, serial, form.cleaned_data["phone"])
        except limits.TooMany as refused:
            context = {"seconds": max(1, refused.verdict.retry_after)}
            return self.page("too_many", context, 429)

    def answer(self, request: HttpRequest, serial: str, phone: str) -> HttpResponse:
        actor, now, here = actor_of(request), clock.now(), till.till_of(request, actor_of(request))
        guesses = Bucket("redeem.guess", str(actor.id), 40, 600)
        limits.must(guesses, site_id=site_of(request).id, now=now, cost=0)
        limits.must(Bucket("redeem.scan", str(actor.id), 120, 60), site_id=site_of(request).id, now=now)
        nonce = uuid_or_none(request.POST.get("nonce")) or uuid.uuid4()
        found = redemption.redeem(
            serial=serial, nonce=nonce, actor=actor, now=now, branch_id=here.branch.id if here.branch else None,
            device_id=here.device.id if here.device else None, phone=phone,
        )  # fmt: skip
        if found.outcome in GUESSES and not found.repeated:
            limits.allow(guesses, site_id=site_of(request).id, now=now)
        return redirect("redeem:answer", nonce)


class AnswerView(TillView):
    """The answer a scan got: full screen, with a sound, however often it is opened."""

    def get(self, request: HttpRequest, nonce: uuid.UUID) -> HttpResponse:
        scan = Scan.objects.filter(nonce=nonce).first()
        if scan is None:
            raise Http404
        branch = Branch.objects.filter(id=scan.branch_id).first() if scan.branch_id else None
        zone = branch.time_zone if branch else merchant_of(request).time_zone
        context = {
            "scan": scan, "shown": answers.shown(scan, currency=site_of(request).currency, zone=zone),
            "nonce": uuid.uuid4(), "camera": request.session.get(till.SESSION_CAMERA, False),
            "can_undo": scan.redemption_id is not None and clock.now() - scan.at < redemption.CASHIER_UNDO,
        }  # fmt: skip
        return self.page("answer", context)


class BranchView(TillView):
    """An owner or manager says at which branch they stand; a paired device knows."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        chosen = uuid_or_none(request.POST.get("branch"))
        branch = Branch.objects.filter(id=chosen, active=True).first() if chosen else None
        if branch:
            request.session[till.SESSION_BRANCH] = str(branch.id)
        return redirect("redeem:scan")


class UndoForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Why is it taken back?"), max_length=300,
        widget=forms.TextInput({"data-autofocus": "", "autocomplete": "off"}),
    )  # fmt: skip


class UndoView(TillView):
    """Take a redemption back, with a reason."""

    verb = "redemption.undo"

    def get(self, request: HttpRequest, redemption_id: uuid.UUID) -> HttpResponse:
        return self.show(request, redemption_id, UndoForm())

    def show(self, request: HttpRequest, redemption_id: uuid.UUID, form: UndoForm, status: int = 200) -> HttpResponse:
        found = Redemption.objects.select_related("batch", "branch").filter(id=redemption_id).first()
        if found is None:
            raise Http404
        return self.page("undo", {"form": form, "redemption": found}, status)

    def post(self, request: HttpRequest, redemption_id: uuid.UUID) -> HttpResponse:
        form = UndoForm(request.POST)
        if form.is_valid():
            actor: Actor = actor_of(request)
            try:
                redemption.undo(
                    redemption_id=redemption_id, reason=form.cleaned_data["reason"], actor=actor, now=clock.now()
                )
            except DomainError as error:
                if error.status == 404:
                    raise Http404 from error
                put_errors(form, error)
            else:
                messages.success(request, _("Taken back. The coupon is as it was before."))
                return redirect(reverse("redeem:scan"))
        return self.show(request, redemption_id, form, status=422)
