"""My coupons: what the people whose number this browser proved hold, and what this browser keeps."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import public
from kernel import clock
from merchants.services import claims, customers
from messaging.codes.services import codes
from storefront.queries import coupons, mine
from storefront.web import browser, pages
from storefront.web.forms import MeForm


@public
@require_safe
def show(request: HttpRequest) -> HttpResponse:
    token, now = browser.device_token(request), clock.now()
    proved = claims.proved_customers(token)
    people: list[dict[str, Any]] = [
        {
            "person": customers.get_person(customer_id=customer_id, device_token=token),
            "held": mine.list_held(customer_id, now=now),
        }
        for customer_id in proved
    ]
    seen = {one.serial for group in people for one in group["held"]}
    context = {"people": people, "kept": _kept(request, seen), "now": now, "offered": codes.is_offered()}
    return pages.private(render(request, "storefront/mine.html", context))


def _kept(request: HttpRequest, seen: set[str]) -> list[mine.Held]:
    """Coupons that only this browser knows of: taken for a number it did not prove, or added from their page."""
    now, serials = clock.now(), [one.serial for one in browser.kept(request) if one.serial not in seen]
    found = [
        mine.Held.of(page, now)
        for page in sorted(coupons.find_all(serials), key=lambda page: serials.index(page.serial))
    ]
    return sorted(found, key=lambda held: not held.is_usable)


@public
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, customer_id: uuid.UUID) -> HttpResponse:
    """My name, birthday and language. Only for a number this browser proved; else there is no such page."""
    token = browser.device_token(request)
    if customer_id not in claims.proved_customers(token):
        raise Http404
    person = customers.get_person(customer_id=customer_id, device_token=token)
    initial = {"name": person.name, "birthday": person.birthday, "language": person.language}
    data: Any = request.POST if request.method == "POST" else None
    form = MeForm(data, initial=initial, today=pages.today_of(request), languages=settings.LANGUAGES)
    if form.is_valid():
        customers.edit(customer_id=customer_id, device_token=token, now=clock.now(), **form.cleaned_data)
        return pages.private(redirect("storefront:mine"))
    context = {"form": form, "person": person}
    return pages.private(render(request, "storefront/me.html", context, status=422 if data else 200))
