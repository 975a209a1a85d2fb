"""What follows a spin: its address, its page on one's own phone or on the shop's screen, what the browser keeps."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any, Protocol

from django.core import signing
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from kernel import clock
from merchants.models import Merchant
from messaging.codes.services import codes
from storefront.queries import coupons, mine
from storefront.web import browser, links, pages, whatsapp
from storefront.web.where import site_of
from storefront.wheel.queries import faces
from storefront.wheel.services import spinning

ADDRESS_KEPT = dt.timedelta(days=2)
# Seconds after which the shop's screen leaves a wheel that nobody turns, and a result.
KIOSK_WAITS, KIOSK_STAYS = 300, 120


@dataclass(frozen=True)
class Wheel:
    """A wheel, running or not, and whose it is."""

    face: faces.Face
    merchant: Merchant

    @property
    def id(self) -> uuid.UUID:
        return self.face.wheel_id


class Place(Protocol):
    """Where somebody spins: the form's page."""

    @property
    def merchant(self) -> Merchant: ...
    @property
    def key(self) -> uuid.UUID: ...
    @property
    def shared(self) -> bool: ...
    @property
    def review(self) -> bool: ...


def token_of(request: HttpRequest, spin_id: uuid.UUID) -> str:
    """A signed name for a spin, good for two days: whoever holds it sees the result, as a serial shows its coupon."""
    return signing.dumps(str(spin_id), salt=_salt(request))


def spin_of(request: HttpRequest, token: str) -> faces.SpinPage | None:
    """The spin that a token names; None for what is forged, too old or of another site."""
    try:
        return faces.find_spin(uuid.UUID(signing.loads(token, salt=_salt(request), max_age=ADDRESS_KEPT)))
    except (signing.BadSignature, ValueError, TypeError, AttributeError):
        return None


def _salt(request: HttpRequest) -> str:
    return f"wheel.spin.{site_of(request).id}"


def show(request: HttpRequest, place: Place, spin_id: uuid.UUID, *, fresh: bool = False) -> HttpResponse:
    """On to the wheel, after the optional review step. A shared device shows it here and forgets it."""
    token = token_of(request, spin_id)
    if place.shared:
        spin = faces.find_spin(spin_id)
        assert spin is not None
        shown = spin.drawn is None  # nothing turns, so the page shows at once what there is
        if shown:
            spinning.seen(spin.id, now=clock.now())
        return kiosk(request, place.merchant, spin, token=token, shown=shown)
    name = "storefront:wheel-review" if place.review and fresh else "storefront:wheel-spin"
    return redirect(name, place.merchant.slug, token)


def kiosk(
    request: HttpRequest, merchant: Merchant, spin: faces.SpinPage, *, token: str, shown: bool = False
) -> HttpResponse:
    """The wheel on the shop's screen: coupons as codes to scan, no address that the next customer could go back to.

    It leaves by itself. The minutes of a result begin when it is shown.
    """
    context = {
        **result(request, spin, merchant, shared=True), "token": token, "shown": shown, "review": merchant.asks_review,
        "back_url": reverse("storefront:kiosk", args=[merchant.slug]), "waits": KIOSK_WAITS, "stays": KIOSK_STAYS,
    }  # fmt: skip
    for won in context["won"]:
        won.code = links.coupon_code(request, won.page.serial)
    return pages.private(render(request, "wheel/spin.html", context))


@dataclass
class Won:
    """A coupon of a spin. `is_prize`: won, and not given in any case. `code`: what its QR code holds, on a kiosk."""

    page: Any
    is_prize: bool
    code: str = ""


def result(request: HttpRequest, spin: faces.SpinPage, merchant: Merchant, *, shared: bool) -> dict[str, Any]:
    """What every page of a result shows."""
    won, promises, now = [], [], clock.now()
    for serial, is_prize in ((spin.serial, True), (spin.always_serial, False)):
        page = coupons.find(serial) if serial else None
        if page:
            page.batch.merchant = page.merchant
            won.append(Won(mine.Held.of(page, now), is_prize))
            promises.append(whatsapp.promise(request, page, now=now, shared=shared))
    return {
        "spin": spin, "merchant": merchant, "won": won, "now": now, "slices": spin.slices, "shared": shared,
        "again": spin.day + dt.timedelta(days=1), "promise": promises[0] if all(promises) and promises else "",
    }  # fmt: skip


def _mark(request: HttpRequest, place: Place, phone: str, now: dt.datetime) -> str:
    """By what this browser knows its own spin of today again."""
    day = clock.local_date(now, place.merchant.time_zone)
    return browser.mark(site_of(request), phone, f"{place.key}/{day}")


def spun_here(request: HttpRequest, place: Place, phone: str, now: dt.datetime) -> uuid.UUID | None:
    """The spin that this very browser made for this number today, if it did.

    A shared device tells it for as long as it has not shown the result: it was spun by the form, and whoever was called
    away, or whose page left, has seen nothing of it.
    """
    kept = browser.unseen(request, now=now) if place.shared else browser.spins(request)
    found = kept.get(_mark(request, place, phone, now))
    return uuid.UUID(found) if found else None


def spun_today(request: HttpRequest, place: Place, face: faces.Face, now: dt.datetime) -> uuid.UUID | None:
    """The last spin of today that this very browser made here, for whichever number; never one on a shared device.

    While the wheel runs, only one of its newest version: that may be spun on a day that an older one was.
    """
    day, kept = clock.local_date(now, place.merchant.time_zone), {} if place.shared else browser.spins(request)
    found = (faces.find_spin(uuid.UUID(spin_id)) for spin_id in reversed(kept.values()))
    todays = (one for one in found if one and (one.merchant_id, one.day) == (place.merchant.id, day))
    return next((one.id for one in todays if one.version_id == face.version_id or not face.runs), None)


def keep(
    request: HttpRequest, response: HttpResponse, place: Place, spin_id: uuid.UUID, phone: str, now: dt.datetime
) -> None:
    """Let the browser keep its spin, and the coupons it gave; a shared device a result that it has yet to show."""
    spin, mark = faces.find_spin(spin_id), _mark(request, place, phone, now)
    assert spin is not None
    if place.shared:
        if spin.drawn:
            browser.keep_unseen(request, response, str(spin_id), mark, now=now)
        return
    browser.keep_spin(request, response, str(spin_id), mark)
    found = [coupons.find(serial) for serial in (spin.serial, spin.always_serial) if serial]
    if found:
        site = site_of(request)
        browser.keep_all(
            request, response,
            [browser.Kept(page.serial, browser.mark(site, phone, page.batch.id)) for page in found if page],
        )  # fmt: skip


def end_waiting(request: HttpRequest, response: HttpResponse, spin_id: uuid.UUID, now: dt.datetime) -> None:
    """The shop's screen has shown this result: from now on it tells nobody who asks there again."""
    keep_shown(spin_id, seconds=browser.UNSEEN_KEPT)
    browser.drop_unseen(request, response, str(spin_id), now=now)


def is_over(place: Place, spin_id: uuid.UUID) -> bool:
    """Whether the place is the shop's screen, and it has shown this result."""
    return place.shared and was_shown(spin_id)


def keep_shown(spin_id: uuid.UUID, *, seconds: float = ADDRESS_KEPT.total_seconds()) -> None:
    """This result was shown: its wheel is not to be turned a second time."""
    cache.set(_shown(spin_id), "shown", seconds)


def was_shown(spin_id: uuid.UUID) -> bool:
    """Whether this result was shown."""
    return cache.get(_shown(spin_id)) is not None


def _shown(spin_id: uuid.UUID) -> str:
    return f"wheel.shown.{spin_id}"


def refused(
    request: HttpRequest, place: Place, outcome: str, *, now: dt.datetime, unknown: bool = False
) -> HttpResponse:
    """No spin: this number has spun today, or there is nothing to win now. `unknown`: it has no record here."""
    again = clock.local_date(now, place.merchant.time_zone) + dt.timedelta(days=1)
    context = {
        "place": place, "merchant": place.merchant, "outcome": outcome, "again": again, "unknown": unknown,
        "offered": outcome == spinning.AGAIN and not place.shared and codes.is_offered(),
    }  # fmt: skip
    return pages.private(render(request, "wheel/refused.html", context, status=409))
