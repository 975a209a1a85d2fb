"""Changing between the merchants that one person works for."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views import View

from accounts.middleware import SESSION_MERCHANT
from accounts.models import Membership
from accounts.services.door import at_the_door
from merchants.models import Merchant
from merchants.web.base import actor_of, language
from ui.components import Switch

_KEPT = "merchant_switches"


def mine(request: HttpRequest) -> list[tuple[str, str]]:
    """Id and name of every merchant this person works for. Only the door knows the others, so it is asked once a
    session and kept there."""
    kept = request.session.get(_KEPT)
    if kept is None:
        kept = _read(request)
        request.session[_KEPT] = kept
    return [(row[0], row[2] if language() == "ar" and row[2] else row[1]) for row in kept]


def _read(request: HttpRequest) -> list[list[str]]:
    person = actor_of(request).id
    if person is None:
        return []
    with at_the_door():
        places = Membership.objects.filter(user_id=person, active=True).values("merchant_id")
        rows = Merchant.objects.filter(id__in=places).order_by("brand_name")
        return [[str(pk), name, name_ar] for pk, name, name_ar in rows.values_list("id", "brand_name", "brand_name_ar")]


def switches(request: HttpRequest) -> Iterable[Switch]:
    """For the shell: where this person can go."""
    actor = actor_of(request)
    if actor.kind != "merchant" or actor.id is None:
        return []
    url = reverse("merchants:switch")
    return [
        Switch(name, url, current=key == str(actor.merchant_id), values={"merchant": key})
        for key, name in mine(request)
    ]


class SwitchView(View):
    """Go on as somebody of another merchant; the middleware believes only a membership that stands."""

    verb = "redemption.view"
    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        request.session.pop(_KEPT, None)
        wanted = request.POST.get("merchant", "")
        if wanted in {key for key, _name in mine(request)}:
            request.session[SESSION_MERCHANT] = wanted
        else:
            messages.error(request, _("You do not work for this merchant."))
        return redirect("merchants:dashboard")
