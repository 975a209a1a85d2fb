"""What a customer's browser keeps: the cookie that proves phones, and the coupons it took."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

from kernel import crypto
from storefront.web.where import site_of

YEAR = 366 * 24 * 3600
MOST_KEPT = 40
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
    old = kept(request)
    known = next((one.mark for one in old if one.serial == serial), "")
    rows = [Kept(serial, mark or known), *(one for one in old if one.serial != serial)][:MOST_KEPT]
    value = signing.dumps([(one.serial, one.mark) for one in rows], salt=_salt(request), compress=True)
    _set(response, KEPT_COOKIE, value)


def drop(request: HttpRequest, response: HttpResponse, serial: str) -> None:
    """Forget a coupon in this browser."""
    rows = [(one.serial, one.mark) for one in kept(request) if one.serial != serial]
    _set(response, KEPT_COOKIE, signing.dumps(rows, salt=_salt(request), compress=True))


def _salt(request: HttpRequest) -> str:
    return f"storefront.kept.{site_of(request).id}"


def _set(response: HttpResponse, name: str, value: str) -> None:
    response.set_cookie(
        name, value, max_age=YEAR, httponly=True, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE, path="/"
    )
