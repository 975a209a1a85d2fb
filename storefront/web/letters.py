"""Which stores may write to me: only for a number that this browser proved; else there is no such page."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accounts.access import public
from kernel import clock
from kernel.errors import DomainError
from kernel.ids import uuid_or_none
from merchants.services import claims, customers
from messaging.consent.queries import own
from messaging.consent.services import consent
from storefront import words
from storefront.web import browser, pages
from storefront.web.where import site_of


@public
@require_safe
@pages.limited
def show(request: HttpRequest, customer_id: uuid.UUID) -> HttpResponse:
    """Every store whose coupons I hold, with whether it may write; and one switch for all of them."""
    return _page(request, customer_id)


def _page(request: HttpRequest, customer_id: uuid.UUID, error: str = "", status: int = 200) -> HttpResponse:
    token = _proof(request, customer_id)
    mine = own.of_customer(customer_id)
    sender, language = consent.sender_of(site_of(request)), words.language()
    stores = [
        {
            "merchant": merchant, "agreed": agreed,
            "text": consent.offer(merchant=merchant, sender=sender, language=language),
        }
        for merchant, agreed in mine.merchants
    ]  # fmt: skip
    context = {
        "person": customers.get_person(customer_id=customer_id, device_token=token), "stores": stores, "mine": mine,
        "error": error,
    }  # fmt: skip
    return pages.private(render(request, "storefront/letters.html", context, status=status))


@public
@require_POST
@pages.limited
def change(request: HttpRequest, customer_id: uuid.UUID) -> HttpResponse:
    """Agree with one store, withdraw from one, stop all of them, or allow them again."""
    token, act = _proof(request, customer_id), request.POST.get("act", "")
    try:
        if act in _FOR_ALL:
            _FOR_ALL[act](customer_id=customer_id, device_token=token, now=clock.now())
        else:
            _one(request, customer_id, token, act)
    except consent.NothingToWithdraw:
        pass  # it is as was wished
    except DomainError as error:
        return _page(request, customer_id, str(error), 409)
    return pages.private(redirect(reverse("storefront:letters", args=[customer_id])))


_FOR_ALL: dict[str, Callable[..., None]] = {"stop": consent.stop_own, "resume": consent.resume_own}


def _one(request: HttpRequest, customer_id: uuid.UUID, token: str, act: str) -> None:
    merchant_id = uuid_or_none(request.POST.get("merchant"))
    held = {merchant.id for merchant, _agreed in own.of_customer(customer_id).merchants}
    if merchant_id is None or merchant_id not in held:
        raise Http404
    if act == "agree":
        consent.opt_in_own(
            customer_id=customer_id, merchant_id=merchant_id, device_token=token, language=words.language(),
            now=clock.now(),
        )  # fmt: skip
    elif act == "withdraw":
        consent.withdraw_own(
            customer_id=customer_id, merchant_id=merchant_id, device_token=token, now=clock.now()
        )  # fmt: skip
    else:
        raise Http404


def _proof(request: HttpRequest, customer_id: uuid.UUID) -> str:
    token = browser.device_token(request)
    if customer_id not in claims.proved_customers(token):
        raise Http404
    return token
