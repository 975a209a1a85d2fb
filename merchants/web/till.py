"""Which till this is: the paired device of the browser, the branch, and how its cashier signed in.

A cashier's session lasts a shift and lives on the device it began on: without the device's cookie it ends. While a
site is suspended nobody signs in there; a paired device then redeems coupons already out by itself.
"""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from accounts.actors import Actor
from accounts.permissions import MERCHANT
from accounts.roles import MerchantRole
from kernel import clock
from merchants.models import Branch, Device
from merchants.services import devices
from tenants.models import Site
from tenants.walls import wall

SHIFT = dt.timedelta(hours=12)
YEAR = 366 * 24 * 3600
SESSION_TILL, SESSION_BRANCH, SESSION_CAMERA = "till", "till_branch", "till_camera"


@dataclass(frozen=True)
class Till:
    """Where a scan happens. `branch` may be missing for an owner who has not said where they stand."""

    device: Device | None
    branch: Branch | None
    branches: list[Branch]


def site_of(request: HttpRequest) -> Site:
    return cast("Site", request.site)


def device_of(request: HttpRequest) -> Device | None:
    """The paired device this browser is, whoever is signed in. Looks at level site, as before a sign-in."""
    token = request.COOKIES.get(settings.TILL_COOKIE_NAME, "")
    if not token:
        return None
    if not hasattr(request, "_till_device"):
        with wall(site_of(request), "site"):
            request._till_device = devices.by_token(token, now=clock.now())  # type: ignore[attr-defined]
    return cast("Device | None", request._till_device)  # type: ignore[attr-defined]


def remember(response: HttpResponse, token: str) -> None:
    """Let this browser be the device from now on."""
    response.set_cookie(
        settings.TILL_COOKIE_NAME, token, max_age=YEAR, httponly=True, samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE, path="/",
    )  # fmt: skip


def shift_is_over(request: HttpRequest) -> bool:
    """Whether this session began on a paired device that this browser no longer is."""
    began_on = request.session.get(SESSION_TILL)
    if not began_on:
        return False
    device = device_of(request)
    return device is None or str(device.id) != began_on


def till_of(request: HttpRequest, actor: Actor) -> Till:
    """The device and branch of this scan. Runs at level merchant."""
    device = device_of(request)
    if device and device.merchant_id != actor.merchant_id:
        device = None
    branches = list(Branch.objects.filter(active=True).order_by("name"))
    wanted = _wanted(request, device, actor)
    branch = next((one for one in branches if one.id == wanted), None)
    if branch is None and len(branches) == 1:
        branch = branches[0]
    return Till(device, branch, branches)


def _wanted(request: HttpRequest, device: Device | None, actor: Actor) -> uuid.UUID | None:
    if device:
        return device.branch_id
    if actor.branch_id:
        return actor.branch_id
    chosen = request.session.get(SESSION_BRANCH)
    return uuid.UUID(chosen) if chosen else None


def actor_without_session(request: HttpRequest) -> Actor | None:
    """The device itself, where the site is suspended: what customers hold stays redeemable."""
    if site_of(request).is_open or not request.path.startswith("/redeem/"):
        return None
    device = device_of(request)
    if device is None:
        return None
    return Actor(
        "device", device.name, device.id, MERCHANT, frozenset({MerchantRole.CASHIER}), device.merchant_id,
        device.branch_id, getattr(request, "request_id", ""),
    )  # fmt: skip
