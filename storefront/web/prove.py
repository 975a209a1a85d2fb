"""Proving a phone with a code by WhatsApp: the number, the six digits, and then what its owner holds here."""

from __future__ import annotations

import uuid
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import public
from credits.errors import InsufficientCredits
from kernel import clock, limits
from kernel.ids import uuid_or_none
from merchants.services import claims
from messaging.codes.errors import CodeOver, WrongCode
from messaging.codes.services import codes
from messaging.errors import NotToCountry, NotWanted, OnItsWay, WhatsAppOff
from storefront.queries import mine, offers
from storefront.services import resend
from storefront.web import browser, pages
from storefront.web.forms import CodeForm, PhoneForm
from storefront.web.where import site_of
from ui.forms import refuse

MOST_TYPED = 80  # letters of a payer in an address that are looked at


@public
@require_http_methods(["GET", "HEAD", "POST"])
@pages.limited
def ask(request: HttpRequest) -> HttpResponse:
    """Which number? Known or not, the answer is the same: a code is on its way, if there is anything to find."""
    country = site_of(request).country
    form = PhoneForm(request.POST if request.method == "POST" else None, country=country)
    token = browser.device_token(request) or browser.new_device_token()
    if form.is_valid():
        try:
            codes.ask(
                phone=form.cleaned_data["phone"], device_token=token, merchant_id=_payer(request),
                network=pages.caller_of(request).network, now=clock.now(),
            )  # fmt: skip
        except (WhatsAppOff, limits.Unavailable) as error:
            refuse(form, error)
        else:
            response = HttpResponseRedirect(_with_payer(request, reverse("storefront:prove-code")))
            browser.keep_device(response, token)
            return pages.private(response)
    context = {"form": form, "offered": codes.is_offered()}
    return pages.private(render(request, "storefront/prove.html", context, status=422 if form.errors else 200))


@public
@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: HttpRequest) -> HttpResponse:
    """The six digits."""
    token, now = browser.device_token(request), clock.now()
    if not token:
        return pages.private(redirect("storefront:prove"))
    form = CodeForm(request.POST if request.method == "POST" else None)
    over = not codes.waits(device_token=token, now=now)
    if not over and form.is_valid():
        try:
            codes.prove(digits=form.cleaned_data["code"], device_token=token, now=now)
        except WrongCode as error:
            refuse(form, error)
        except CodeOver:
            over = True
        else:
            messages.success(request, _("This is your phone. Your coupons are here now."))
            return pages.private(redirect("storefront:mine"))
    status = 422 if form.errors or (over and request.method == "POST") else 200
    context = {"form": form, "over": over, "ask_url": _with_payer(request, reverse("storefront:prove"))}
    return pages.private(render(request, "storefront/prove_code.html", context, status=status))


@public
@require_POST
@pages.limited
def send_again(request: HttpRequest, serial: str) -> HttpResponse:
    """One of my coupons once more on WhatsApp. Only in a browser that proved its holder's number."""
    here = redirect("storefront:coupon", serial)
    held = mine.holder_of(serial, claims.proved_customers(browser.device_token(request)))
    if held is None:
        raise Http404
    try:
        resend.send_again(customer_id=held[0], merchant_id=held[1], serial=serial, now=clock.now())
    except (NotToCountry, OnItsWay) as error:
        messages.error(request, str(error))
    except (WhatsAppOff, InsufficientCredits, NotWanted):
        messages.error(request, _("This shop cannot send it by WhatsApp right now. Show it from this page."))
    else:
        messages.success(request, _("It is on its way to your WhatsApp."))
    return pages.private(here)


def _with_payer(request: HttpRequest, address: str) -> str:
    """Whose page asked stays known through all of these pages: it pays for each code."""
    asked = {name: request.GET[name][:MOST_TYPED] for name in ("offer", "shop") if name in request.GET}
    return f"{address}?{urlencode(asked)}" if asked else address


def _payer(request: HttpRequest) -> uuid.UUID | None:
    """Whose page sent the customer here, and so pays for the code; nobody's for the site's own pages.

    A claim's page names its offer, a wheel's its shop.
    """
    offer = uuid_or_none(request.GET.get("offer"))
    batch = offers.find(offer) if offer else None
    if batch:
        return batch.merchant_id
    slug = request.GET.get("shop", "")[:MOST_TYPED]
    store = offers.find_store(slug, now=clock.now()) if slug else None
    return store.merchant.id if store else None
