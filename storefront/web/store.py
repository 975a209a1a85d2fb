"""The page behind a merchant's poster, on the customer's own phone or on a tablet of the shop."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from accounts.access import public
from kernel import clock
from storefront.queries import offers
from storefront.web import pages


@public
@require_safe
def show(request: HttpRequest, slug: str, shared: bool = False) -> HttpResponse:  # noqa: FBT001, FBT002 set by the URL
    """One thing to be had, an offer or the wheel: straight to its form. Several: choose. None: say so."""
    now = clock.now()
    store = offers.find_store(slug, now=now)
    if store is None:
        raise Http404
    if store.wheel and not store.offers and not shared:
        return redirect("storefront:wheel", store.merchant.slug)
    if len(store.offers) == 1 and not store.wheel and not shared:
        return redirect("storefront:store-claim", store.merchant.slug, store.offers[0].id)
    context = {"merchant": store.merchant, "offers": store.offers, "wheel": store.wheel, "shared": shared, "now": now}
    return pages.shared(render(request, "storefront/store.html", context))
