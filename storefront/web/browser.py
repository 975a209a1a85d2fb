"""What a customer's browser keeps: the cookie that proves phones, and the coupons it took."""

from __future__ import annotations

import datetime as dt
import secrets
from dataclasses import dataclass

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

from kernel import crypto
from storefront.web.where import site_of

YEAR = 366 * 24 * 3600
MOST_KEPT = 40
MOST_SPINS = 8
SPINS_KEPT = 2 * 24 * 3600
SPINS_COOKIE = f"{settings.DEVICE_COOKIE_NAME}-spins"
UNSEEN_KEPT = 15 * 60
UNSEEN_COOKIE = f"{settings.DEVICE_COOKIE_NAME}-unseen"
KEPT_COOKIE = f"{settings.DEVICE_COOKIE_NAME}-kept"


def device_token(request: HttpRequest) -> str:
    """The browser's own secret, "" where it has none yet."""
    return request.COOKIES.get(settings.DEVICE_COOKIE_NAME, "")[:100]


def new_device_token() -> str:
    return secrets.token_urlsafe(24)


def keep_device(response: HttpResponse, token: str) -> None:
    """Let the browser keep its secret for a year."""
    _set(response, settings.DEVICE_COOKIE_NAME, token)


@dataclass(frozen=True)
class Kept:
    """A coupon this browser took or added. `mark` says for which number and batch, without saying the number."""

    serial: str
    mark: str


def mark(site: object, phone: str, batch_id: object) -> str:
    """Eight characters by which this browser knows again what it took for a number."""
    return crypto.keyed_index(f"{phone}/{batch_id}", site_id=site.id, field="kept").hex()[:16]  # type: ignore[attr-defined]


def kept(request: HttpRequest) -> list[Kept]:
    """What this browser took, newest first. A cookie that is not ours is empty."""
    try:
        rows = signing.loads(request.COOKIES.get(KEPT_COOKIE, ""), salt=_salt(request), max_age=YEAR)
        return [Kept(str(serial), str(mark)) for serial, mark in rows]
    except (signing.BadSignature, ValueError, TypeError):
        return []


def keep(request: HttpRequest, response: HttpResponse, serial: str, mark: str = "") -> None:
    """Remember a coupon in this browser."""
    keep_all(request, response, [Kept(serial, mark)])


def keep_all(request: HttpRequest, response: HttpResponse, new: list[Kept]) -> None:
    """Remember several coupons in this browser, the first of them first."""
    old = kept(request)
    marks = {one.serial: one.mark for one in old}
    fresh = {one.serial: Kept(one.serial, one.mark or marks.get(one.serial, "")) for one in new}
    rows = [*fresh.values(), *(one for one in old if one.serial not in fresh)][:MOST_KEPT]
    value = signing.dumps([(one.serial, one.mark) for one in rows], salt=_salt(request), compress=True)
    _set(response, KEPT_COOKIE, value)


def drop(request: HttpRequest, response: HttpResponse, serial: str) -> None:
    """Forget a coupon in this browser."""
    rows = [(one.serial, one.mark) for one in kept(request) if one.serial != serial]
    _set(response, KEPT_COOKIE, signing.dumps(rows, salt=_salt(request), compress=True))


def spins(request: HttpRequest) -> dict[str, str]:
    """The spins that this browser made lately: `mark` (of number, wheel and day) and the spin's id."""
    try:
        found = signing.loads(request.COOKIES.get(SPINS_COOKIE, ""), salt=_salt(request), max_age=SPINS_KEPT)
        return {str(mark): str(spin_id) for mark, spin_id in found.items()}
    except (signing.BadSignature, ValueError, AttributeError):
        return {}


def keep_spin(request: HttpRequest, response: HttpResponse, spin_id: str, mark: str) -> None:
    """Remember for a day or two which spin was this browser's."""
    rows = dict([*spins(request).items(), (mark, spin_id)][-MOST_SPINS:])
    _set(response, SPINS_COOKIE, signing.dumps(rows, salt=_salt(request), compress=True), max_age=SPINS_KEPT)


def unseen(request: HttpRequest, *, now: dt.datetime) -> dict[str, str]:
    """The spins made on this shop's screen within 15 minutes whose result it has not shown: `mark` and the spin's id.

    They stay with the screen itself: its page has an address that anybody may open elsewhere and type a number.
    """
    return {mark: spin_id for mark, (spin_id, _made) in _unseen(request, now).items()}


def keep_unseen(request: HttpRequest, response: HttpResponse, spin_id: str, mark: str, *, now: dt.datetime) -> None:
    """Remember on a shop's screen that a result waits for its number. Kept again, its minutes run on."""
    rows = _unseen(request, now)
    rows.setdefault(mark, (spin_id, int(now.timestamp())))
    _set_unseen(request, response, dict([*rows.items()][-MOST_SPINS:]))


def drop_unseen(request: HttpRequest, response: HttpResponse, spin_id: str, *, now: dt.datetime) -> None:
    """The shop's screen has shown this result: it forgets it."""
    rows = _unseen(request, now)
    _set_unseen(request, response, {mark: row for mark, row in rows.items() if row[0] != spin_id})


def _unseen(request: HttpRequest, now: dt.datetime) -> dict[str, tuple[str, int]]:
    earliest = now.timestamp() - UNSEEN_KEPT
    try:
        found = signing.loads(request.COOKIES.get(UNSEEN_COOKIE, ""), salt=f"{_salt(request)}.unseen")
        rows = {str(mark): (str(spin_id), int(made)) for mark, (spin_id, made) in found.items()}
    except (signing.BadSignature, ValueError, TypeError, AttributeError):
        return {}
    return {mark: row for mark, row in rows.items() if row[1] > earliest}


def _set_unseen(request: HttpRequest, response: HttpResponse, rows: dict[str, tuple[str, int]]) -> None:
    value = signing.dumps(rows, salt=f"{_salt(request)}.unseen", compress=True)
    _set(response, UNSEEN_COOKIE, value, max_age=UNSEEN_KEPT if rows else 0)


def _salt(request: HttpRequest) -> str:
    return f"storefront.kept.{site_of(request).id}"


def _set(response: HttpResponse, name: str, value: str, *, max_age: int = YEAR) -> None:
    response.set_cookie(
        name, value, max_age=max_age, httponly=True, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE, path="/"
    )
