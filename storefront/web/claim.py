"""Taking a coupon: one short form, then the coupon itself. The same for coupon centre, shop page and printed code."""

from __future__ import annotations

import secrets
import time
import uuid
from dataclasses import dataclass
from typing import Any

from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import public
from kernel import clock
from merchants.models import Batch, Merchant
from merchants.services import claims, customers
from messaging.codes.services import codes
from messaging.consent.services import consent
from messaging.queries import arrival
from messaging.queries.arrival import Follows
from storefront import words
from storefront.queries import coupons, offers
from storefront.services import claiming
from storefront.web import browser, links, pages, whatsapp
from storefront.web.forms import ClaimForm, PhoneForm
from storefront.web.where import site_of
from storefront.wheel.queries import faces
from storefront.wheel.services import spinning
from storefront.wheel.web import turning
from tenants.models import Site

TURN_KEPT = 15 * 60
TURN_WAITS = 4  # seconds that a second click waits for the first one's answer
OVER = "-"  # the press had its answer, which this device no longer tells


@dataclass(frozen=True)
class Place:
    """Where somebody claims: what, from which page, and whether the device is the shop's own.

    A wheel's page has no batch: what its form leads to is a spin.
    """

    batch: Batch | None
    source: str
    url: str
    back_url: str
    serial: str = ""
    shared: bool = False
    review: bool = False
    wheel: turning.Wheel | None = None

    @property
    def merchant(self) -> Merchant:
        if self.wheel:
            return self.wheel.merchant
        assert self.batch is not None
        return self.batch.merchant

    @property
    def key(self) -> uuid.UUID:
        """What the limits count claims of."""
        if self.wheel:
            return self.wheel.id
        assert self.batch is not None
        return self.batch.id


@public
@require_http_methods(["GET", "HEAD", "POST"])
@pages.limited
def from_centre(request: HttpRequest, batch_id: uuid.UUID) -> HttpResponse:
    """Get the coupon of an offer on the coupon centre: no review step."""
    batch = offers.find(batch_id)
    if batch is None or not batch.on_centre:
        return pages.no_offer(request)
    return _answer(request, Place(batch, "centre", request.path, reverse("storefront:offer", args=[batch.id])))


@public
@require_http_methods(["GET", "HEAD", "POST"])
@pages.limited
def from_store(request: HttpRequest, slug: str, batch_id: uuid.UUID, shared: bool = False) -> HttpResponse:  # noqa: FBT001, FBT002 set by the URL
    """Get a coupon from the page behind a merchant's poster."""
    batch = offers.find(batch_id)
    if batch is None or batch.merchant.slug != slug.lower() or not batch.in_store:
        return pages.no_offer(request)
    face = faces.face_of(batch.merchant_id, now=clock.now())
    if face and batch.id in face.kept_back:
        # Only the wheel gives this one.
        name = "storefront:kiosk-wheel" if shared else "storefront:wheel"
        return redirect(name, batch.merchant.slug) if face.runs else pages.no_offer(request)
    back = reverse("storefront:kiosk" if shared else "storefront:store", args=[batch.merchant.slug])
    place = Place(batch, "in_store", request.path, back, shared=shared, review=batch.merchant.asks_review)
    return _answer(request, place)


@public
@require_http_methods(["GET", "HEAD", "POST"])
@pages.limited
def from_wheel(request: HttpRequest, slug: str, shared: bool = False) -> HttpResponse:  # noqa: FBT001, FBT002 set by the URL
    """Spin the wheel of the page behind a merchant's poster: the same form, then review, wheel and coupon.

    The spin itself answers a form that was sent, also where the wheel rests by now: it may have been sent before.
    """
    now = clock.now()
    store = offers.find_store(slug, now=now)
    if store is None:
        raise Http404
    merchant = store.merchant
    back = reverse("storefront:kiosk" if shared else "storefront:store", args=[merchant.slug])
    if store.face is None:
        return redirect(back)
    place = Place(
        None, "in_store", request.path, back, shared=shared, review=merchant.asks_review,
        wheel=turning.Wheel(store.face, merchant),
    )  # fmt: skip
    spin_id = None if request.method == "POST" else turning.spun_today(request, place, store.face, now)
    if spin_id:
        return turning.show(request, place, spin_id)
    return _answer(request, place) if store.face.runs or request.method == "POST" else redirect(back)


@public
@require_http_methods(["GET", "HEAD", "POST"])
@pages.limited
def from_print(request: HttpRequest, serial: str) -> HttpResponse:
    """Take exactly the printed coupon whose code was scanned."""
    page = pages.coupon_of(request, serial, printed=True)
    if page.state_at(clock.now()) != "available" and request.method != "POST":
        return redirect("storefront:coupon", page.serial)
    page.batch.merchant = page.merchant
    here = reverse("storefront:coupon", args=[page.serial])
    return _answer(request, Place(page.batch, "printed", request.path, here, serial=page.serial))


def _answer(request: HttpRequest, place: Place) -> HttpResponse:
    if request.method == "POST":
        return _take(request, place)
    person = None if place.shared else claiming.person_of(browser.device_token(request))
    initial = {}
    if person:
        initial = {"phone": person.phone, "name": person.name, "birthday": person.birthday}
    return _form(request, place, _claim_form(request, initial=initial, place=place), person=person)


def _claim_form(
    request: HttpRequest, data: Any = None, initial: dict[str, Any] | None = None, place: Place | None = None, *,
    shared: bool = False,
) -> ClaimForm:  # fmt: skip
    """The form of a place, or its details alone."""
    site = site_of(request)
    said, sends = "", Follows.NO
    if place:
        shared = place.shared
        said = consent.offer(merchant=place.merchant, sender=consent.sender_of(site), language=words.language())
        sends = arrival.follows(place.merchant.id)
    return ClaimForm(
        data, initial=initial, country=site.country, today=pages.today_of(request), offers=said, sends=sends,
        shared=shared,
    )  # fmt: skip


def _form(
    request: HttpRequest, place: Place, form: ClaimForm, *, person: Any = None, known: bool = False, status: int = 200
) -> HttpResponse:
    context = {
        "place": place, "batch": place.batch, "merchant": place.merchant, "form": form, "person": person,
        "known": known, "now": clock.now(), "turn": request.POST.get("turn") or secrets.token_urlsafe(12),
    }  # fmt: skip
    template = "wheel/form.html" if place.wheel else "storefront/claim.html"
    response = pages.private(render(request, template, context, status=status))
    if not place.shared and not browser.device_token(request):
        # Before the press, so that a second press comes with the same secret as the first one.
        browser.keep_device(response, browser.new_device_token())
    return response


def _take(request: HttpRequest, place: Place) -> HttpResponse:
    form = _claim_form(request, request.POST, place=place)
    form.is_valid()
    phone = form.cleaned_data.get("phone", "")
    caller, now = pages.caller_of(request), clock.now()
    if not phone:
        return _form(request, place, form, status=422)
    known = claiming.begin(
        phone=phone, batch_id=place.key, merchant_id=place.merchant.id, caller=caller, shared=place.shared, now=now,
    )  # fmt: skip
    if not form.is_valid():
        # A number that is known needs no details; on a browser that proved it, details typed must be right.
        blank = not request.POST.get("name") and not request.POST.get("birthday")
        if not known.known or (known.customer_id and not blank):
            return _form(request, place, form, status=422)
        form.without_details()
    turn = _Turn(request.POST.get("turn", ""), site_of(request), phone, place)
    made = turn.begin()
    if made == OVER:
        return redirect(place.back_url)
    return _again(request, place, phone, made) if made else _claimed(request, place, form, phone, known, turn)


def _again(request: HttpRequest, place: Place, phone: str, made: str) -> HttpResponse:
    """A second press: what the first one got. The browser may never have seen that answer, so it is told all of it."""
    if place.wheel:
        spin_id = uuid.UUID(made)
        if turning.is_over(place, spin_id):
            return redirect(place.back_url)
        response = turning.show(request, place, spin_id)
        turning.keep(request, response, place, spin_id, phone, clock.now())
        return response
    response = _coupon(request, place, made)
    if not place.shared:
        browser.keep(request, response, made, browser.mark(site_of(request), phone, place.key))
    return response


def _claimed(
    request: HttpRequest, place: Place, form: ClaimForm, phone: str, known: claims.Recognition, turn: _Turn
) -> HttpResponse:
    token = "" if place.shared else browser.device_token(request) or browser.new_device_token()
    asked = claiming.Request(
        phone=phone, name=form.cleaned_data.get("name") or "", birthday=form.cleaned_data.get("birthday"),
        language=words.language(), source=place.source, batch_id=place.key, merchant_id=place.merchant.id,
        serial=place.serial, shared=place.shared,
        agreed_to=place.merchant if form.cleaned_data.get("agrees") else None,
    )  # fmt: skip
    if place.wheel:
        return _spun(request, place, form, asked, known, token, turn)
    result = claiming.take(asked, known=known, device_token=token, now=clock.now())
    if result.outcome == claims.DETAILS_NEEDED:
        turn.forget()
        return _form(request, place, form, status=422)
    mark = "" if place.shared else browser.mark(site_of(request), phone, place.key)
    serial = result.serial or _taken_here(request, mark)
    if not serial:
        turn.forget()
        return _refused(request, place, result.outcome)
    turn.end(serial)
    response = _coupon(request, place, serial, fresh=result.outcome == claims.TAKEN)
    if not place.shared:
        browser.keep_device(response, token)
        browser.keep(request, response, serial, mark)
    return response


def _spun(
    request: HttpRequest, place: Place, form: ClaimForm, asked: claiming.Request, known: claims.Recognition, token: str,
    turn: _Turn,
) -> HttpResponse:  # fmt: skip
    """The wheel's answer is decided here, before anything turns; its pages only show it."""
    now, numbers = clock.now(), secrets.SystemRandom()
    chance = [numbers.random() for _ in range(spinning.NUMBERS)]
    result = spinning.take(asked, known=known, device_token=token, chance=chance, now=now)
    if result.outcome == spinning.DETAILS_NEEDED:
        turn.forget()
        return _form(request, place, form, status=422)
    spin_id = result.spin_id
    if spin_id is None and result.outcome in {spinning.AGAIN, spinning.CLOSED}:
        spin_id = turning.spun_here(request, place, asked.phone, now)
    if spin_id is None:
        turn.forget()
        return turning.refused(request, place, result.outcome, now=now, unknown=result.fresh)
    turn.end(str(spin_id))
    response = turning.show(request, place, spin_id, fresh=result.outcome == spinning.SPUN)
    turning.keep(request, response, place, spin_id, asked.phone, now)
    if not place.shared:
        browser.keep_device(response, token)
    return response


def _taken_here(request: HttpRequest, mark: str) -> str:
    """The coupon that this very browser took for this number and offer before, if it did."""
    return next((one.serial for one in browser.kept(request) if mark and one.mark == mark), "")


def _coupon(request: HttpRequest, place: Place, serial: str, *, fresh: bool = True) -> HttpResponse:
    """On to the reward: the coupon, after the optional review step. A shared device shows it here and forgets it."""
    if place.shared:
        page = coupons.find(serial)
        code = links.coupon_code(request, serial)
        context = {
            "page": page, "batch": place.batch, "merchant": place.merchant, "place": place, "code": code,
            "promise": whatsapp.promise(request, page, now=clock.now(), shared=True) if page else "",
        }  # fmt: skip
        return pages.private(render(request, "storefront/kiosk_coupon.html", context))
    name = "storefront:thanks" if place.review and fresh else "storefront:coupon"
    return redirect(f"{reverse(name, args=[serial])}{'' if name.endswith('thanks') else '?new=1' if fresh else ''}")


def _refused(request: HttpRequest, place: Place, outcome: str) -> HttpResponse:
    # Whether a printed code was ever real is not for the public to learn.
    shown = "gone" if outcome == "unknown" else outcome
    others = offers.list_others(place.batch, now=clock.now()) if place.batch and not place.shared else []
    context = {
        "outcome": shown, "place": place, "batch": place.batch, "merchant": place.merchant, "others": others,
        "now": clock.now(), "names": {},
        "offered": outcome == claims.HELD and not place.shared and codes.is_offered(),
    }  # fmt: skip
    return pages.private(render(request, "storefront/refused.html", context, status=409))


@public
@require_POST
@pages.limited
def details(request: HttpRequest) -> HttpResponse:
    """The rest of the form, once the phone is typed: empty fields, one's own details, or "welcome back"."""
    form = PhoneForm(request.POST, country=site_of(request).country)
    shared = request.POST.get("shared") == "1"
    person, known = None, False
    if form.is_valid():
        caller, phone = pages.caller_of(request), form.cleaned_data["phone"]
        found = claiming.recognise(phone=phone, caller=caller, shared=shared, now=clock.now())
        known = found.known
        if found.customer_id:
            person = customers.get_person(customer_id=found.customer_id, device_token=caller.device)
    initial = {"name": person.name, "birthday": person.birthday} if person else None
    if not known and (request.POST.get("name") or request.POST.get("birthday")):
        initial = {"name": request.POST.get("name", ""), "birthday": request.POST.get("birthday", "")}
    # A form that came back with errors keeps those of the fields that are still wrong.
    checked = request.POST if request.POST.get("checked") and not known else None
    context = {"form": _claim_form(request, checked, initial, shared=shared), "person": person, "known": known}
    return pages.private(render(request, "storefront/_details.html", context))


class _Turn:
    """One press of the button, for one number in one place. A second press waits for the first one's answer.

    On a shared device that answer is forgotten as soon as nobody can be waiting for it: whoever goes back or reloads
    there later is the next customer.
    """

    def __init__(self, token: str, site: Site, phone: str, place: Place) -> None:
        self.key = f"storefront.turn.{browser.mark(site, phone, place.key)}.{token[:40]}" if token else ""
        self.shared = place.shared

    def begin(self) -> str:
        """The serial or spin that this very press got already, OVER where it got one, or "" where it is the first."""
        if not self.key or cache.add(self.key, "", TURN_KEPT):
            return ""
        until = time.monotonic() + TURN_WAITS
        while True:
            found = cache.get(self.key)
            if found == OVER:
                return cache.get(self.answer) or OVER
            if found or found is None or time.monotonic() >= until:
                return found or ""
            time.sleep(0.1)

    def end(self, serial: str) -> None:
        if not self.key:
            return
        if self.shared:
            cache.set(self.answer, serial, TURN_WAITS)
        cache.set(self.key, OVER if self.shared else serial, TURN_KEPT)

    @property
    def answer(self) -> str:
        """Where the answer stands for the moment on a shared device."""
        return f"{self.key}.answer"

    def forget(self) -> None:
        if self.key:
            cache.delete(self.key)
