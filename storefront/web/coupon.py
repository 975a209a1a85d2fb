"""The page of one coupon, for whoever has its serial: the customer, a friend, the till."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accounts.access import public
from kernel import clock
from merchants import serials
from merchants.paper import codes
from merchants.paper.face import SAMPLE_SERIAL
from storefront.queries import coupons
from storefront.web import browser, links, pages, whatsapp

USABLE = {"taken"}
STOP_POLLING = 286  # htmx's own word for it


@public
@require_safe
@pages.limited
def show(request: HttpRequest, serial: str) -> HttpResponse:
    if serials.normalise(serial) == SAMPLE_SERIAL:
        # On samples on paper and in test messages: known to everybody, so it is no guess and leads to nothing.
        return pages.private(render(request, "storefront/sample.html"))
    page, now = pages.coupon_of(request, serial), clock.now()
    page.batch.merchant = page.merchant
    state = page.state_at(now)
    width, bars = codes.code128_path(page.serial)
    context = {
        "page": page, "batch": page.batch, "merchant": page.merchant, "state": state, "now": now,
        "usable": state in USABLE, "claimable": state == "available" and page.is_printed,
        "code": links.coupon_code(request, page.serial), "bars": bars, "bars_width": width,
        "branches": coupons.list_branches(page.batch.id),
        "is_new": "new" in request.GET and state in USABLE,
        "is_kept": any(one.serial == page.serial for one in browser.kept(request)),
        "display": serials.display(page.serial),
        **(whatsapp.of_page(request, page, now=now) if state in USABLE else {}),
    }  # fmt: skip
    return pages.private(render(request, "storefront/coupon.html", context))


@public
@require_safe
@pages.limited
def delivery(request: HttpRequest, serial: str) -> HttpResponse:
    """What became of its message since the page was made, for its holder; nothing where it is as it was."""
    page = pages.coupon_of(request, serial)
    context = whatsapp.of_page(request, page, now=clock.now())
    told = context["delivery"]
    if told is None:
        return pages.private(HttpResponse(status=STOP_POLLING))
    if context["polls"] and request.GET.get("was") == f"{told.stage}.{context['polls']}":
        return pages.private(HttpResponse(status=204))
    return pages.private(render(request, "storefront/_delivery.html", {**context, "page": page}))


@public
@require_safe
@pages.limited
def thanks(request: HttpRequest, serial: str) -> HttpResponse:
    """The optional review step of a shop page. The coupon is taken already and waits one tap away, review or not."""
    page = pages.coupon_of(request, serial)
    if not page.merchant.asks_review or page.state != "taken":
        return redirect("storefront:coupon", page.serial)
    context = {
        "page": page, "merchant": page.merchant, "promise": whatsapp.promise(request, page, now=clock.now()),
    }  # fmt: skip
    return pages.private(render(request, "storefront/thanks.html", context))


@public
@require_POST
@pages.limited
def add(request: HttpRequest, serial: str) -> HttpResponse:
    """Keep this coupon in this browser, or let it go again."""
    page = pages.coupon_of(request, serial)
    response = HttpResponseRedirect(reverse("storefront:coupon", args=[page.serial]))
    if request.POST.get("drop"):
        browser.drop(request, response, page.serial)
    else:
        browser.keep(request, response, page.serial)
    return pages.private(response)
