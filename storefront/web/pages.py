"""What several of the customers' pages share: the caller, refusals, headers."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers

from kernel import clock, limits
from merchants.serials import is_valid, normalise
from storefront.queries import coupons
from storefront.services import guard
from storefront.web import browser
from storefront.web.where import site_of

View = Callable[..., HttpResponse]


def caller_of(request: HttpRequest) -> guard.Caller:
    """Where this request comes from, as the limits see it."""
    return guard.Caller(limits.client_address(request.META), browser.device_token(request))


def today_of(request: HttpRequest) -> Any:
    """The day on the site's own calendar."""
    return clock.local_date(clock.now(), site_of(request).time_zone)


def coupon_of(request: HttpRequest, serial: str, *, printed: bool = False) -> coupons.CouponPage:
    """The coupon with this serial, `printed`: of those on paper only. Raises Http404, and limits.TooMany instead where
    there were many such.

    What is not of this site says what a serial says that never was. A mistyped one is no guess and does not count: that
    its check symbol is wrong anybody can work out.
    """
    page = coupons.find(serial)
    if page and (page.is_printed or not printed):
        return page
    if is_valid(normalise(serial)):
        guard.after_unknown(caller=caller_of(request), now=clock.now())
    raise Http404


def limited(view: View) -> View:
    """Answer a limit with a neutral page that says when to come back."""

    @functools.wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except limits.TooMany as refused:
            return too_many(request, refused)

    return guarded


def too_many(request: HttpRequest, refused: limits.TooMany) -> HttpResponse:
    context = {"minutes": max(1, round(refused.verdict.retry_after / 60))}
    response = render(request, "storefront/too_many.html", context, status=429)
    response.headers["Retry-After"] = str(max(1, refused.verdict.retry_after))
    return private(response)


def no_offer(request: HttpRequest) -> HttpResponse:
    """An offer that is paused, over, withdrawn, or never was: the same page for all, with somewhere to go."""
    return private(render(request, "storefront/no_offer.html", status=404))


def private(response: HttpResponse) -> HttpResponse:
    """For pages with a serial in their address or a person in their body: nobody else keeps or passes them on."""
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def shared(response: HttpResponse) -> HttpResponse:
    """For pages that are the same for everybody who speaks the same language."""
    patch_vary_headers(response, ("Accept-Language", "Cookie", "HX-Request"))
    response.headers.setdefault("Cache-Control", "private, max-age=0, must-revalidate")
    return response
