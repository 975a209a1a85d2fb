"""The pages of one spin: the review step before it, the wheel, and the result. The result was decided by the form."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accounts.access import public
from kernel import clock
from merchants.models import Merchant
from merchants.models.merchant import PUBLIC_FIELDS
from storefront.web import pages
from storefront.wheel.queries import faces
from storefront.wheel.services import spinning
from storefront.wheel.web import turning


def _merchant(slug: str) -> Merchant:
    found = Merchant.objects.filter(slug=slug.lower()).only(*PUBLIC_FIELDS).first()
    if found is None:
        raise Http404
    return found


def _found(request: HttpRequest, slug: str, token: str) -> tuple[Merchant, faces.SpinPage | None]:
    merchant = _merchant(slug)
    spin = turning.spin_of(request, token)
    return merchant, spin if spin and spin.merchant_id == merchant.id else None


@public
@require_safe
@pages.limited
def review(request: HttpRequest, slug: str, token: str) -> HttpResponse:
    """The optional review step. The wheel waits one tap away, review or not, and what it will say stands already."""
    merchant, spin = _found(request, slug, token)
    if spin is None:
        return redirect("storefront:store", merchant.slug)
    if not merchant.asks_review:
        return redirect("storefront:wheel-spin", merchant.slug, token)
    onward = reverse("storefront:wheel-spin", args=[merchant.slug, token])
    return pages.private(render(request, "wheel/review.html", {"merchant": merchant, "onward": onward}))


@public
@require_safe
@pages.limited
def spin(request: HttpRequest, slug: str, token: str) -> HttpResponse:
    """The wheel before it turns; with `?shown`, where it stopped and what it gave. An old address leads away.

    Whoever comes back after that, by the shop's page or by Back, is told what it gave: nothing turns twice.
    """
    merchant, found = _found(request, slug, token)
    if found is None:
        return redirect("storefront:store", merchant.slug)
    now, come_back = clock.now(), "shown" not in request.GET and turning.was_shown(found.id)
    shown = "shown" in request.GET or come_back or found.drawn is None
    if shown:
        spinning.seen(found.id, now=now)
        turning.keep_shown(found.id)
    context = {
        **turning.result(request, found, merchant, shared=False), "token": token, "shown": shown,
        "already": come_back and found.day == clock.local_date(now, merchant.time_zone),
        "back_url": reverse("storefront:home"),
    }  # fmt: skip
    return pages.private(render(request, "wheel/spin.html", context))


@public
@require_POST
@pages.limited
def kiosk_result(request: HttpRequest, slug: str) -> HttpResponse:
    """The result on the shop's screen, where no script turns the wheel; else only to say that it was shown.

    By POST, so that no address keeps it. From now on a second try with the number is told that it has spun.
    """
    merchant, found = _found(request, slug, request.POST.get("spin", ""))
    if found is None:
        return redirect("storefront:kiosk", merchant.slug)
    now = clock.now()
    spinning.seen(found.id, now=now)
    response = turning.kiosk(request, merchant, found, token=request.POST["spin"], shown=True)
    turning.end_waiting(request, response, found.id, now)
    return response
