"""The page of one offer."""

from __future__ import annotations

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.access import public
from kernel import clock
from storefront.queries import coupons, offers
from storefront.web import links, pages, structured
from tenants.queries import lists


@public
@require_safe
def show(request: HttpRequest, batch_id: uuid.UUID) -> HttpResponse:
    """What is offered, by whom, until when and on which terms, with the one button."""
    batch, now = offers.find(batch_id), clock.now()
    if batch is None or (status := offers.status(batch, now)) == "closed":
        return pages.no_offer(request)
    others = offers.list_others(batch, now=now)
    codes = {batch.city, batch.merchant.city, *(other.city for other in others)} - {""}
    language = request.LANGUAGE_CODE
    names = {"city": lists.names("city", codes, language),
             "category": lists.names("category", {batch.category}, language)}  # fmt: skip
    base = links.base(request)
    image = base + reverse("storefront:picture", args=[batch.id, "large"]) if batch.face.get("image") else ""
    context = {
        "batch": batch, "merchant": batch.merchant, "status": status, "now": now, "others": others, "names": names,
        "branches": coupons.list_branches(batch.id), "canonical": links.canonical(request),
        "alternates": links.alternates(request), "image": image,
        "structured": structured.offer(
            request, batch, base + request.path, image, in_stock=status in {"open", "not_yet"}
        ),
    }  # fmt: skip
    return pages.shared(render(request, "storefront/offer.html", context, status=200))
