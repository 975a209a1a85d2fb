"""From the door to the level: who is asking, which wall they stand behind, and whether the view is theirs.

A path's surface decides the level: `/office/` is for staff of the site, `/merchant/` and `/redeem/` for a merchant's
people, `/account/` and `/join/` stay at the door (who comes in needs users and sessions), everything else is public.
On the console's host all is for platform staff. Every view names its verb; one without is refused.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from typing import Any

from allauth.usersessions.models import UserSession
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.http import HttpRequest, HttpResponse

from accounts import access, actors, permissions
from accounts.models import Membership, User
from accounts.queries import people
from tenants.walls import wall

SURFACES = {"office": "site", "merchant": "merchant", "redeem": "merchant", "account": "door", "join": "door"}
SESSION_MERCHANT = "merchant_id"
SESSION_SEEN = "seen"
SEEN_EVERY = 300  # seconds: how exactly we know when somebody was last there


def surface(site: Any, path: str) -> str:
    """`master`, `door`, `site`, `merchant` or `visitor`: whose page this path is."""
    first = path.lstrip("/").split("/", 1)[0]
    if first == "account":
        return "door"
    if site.type == "master":
        return "master"
    return SURFACES.get(first, "visitor")


def _staff_actor(user: User, site: Any, request_id: str) -> actors.Actor | None:
    roles = people.staff_roles(user)
    if not roles:
        return None
    scope = permissions.CONSOLE if site.type == "master" else permissions.SITE
    return actors.Actor("staff", user.name, user.id, scope, roles, request_id=request_id)


def _merchant_actor(user: User, session: Any, request_id: str) -> actors.Actor | None:
    memberships = people.memberships(user)
    if not memberships:
        return None
    chosen: Membership = next(
        (m for m in memberships if str(m.merchant_id) == session.get(SESSION_MERCHANT)), memberships[0]
    )
    return actors.Actor(
        "merchant", user.name, user.id, permissions.MERCHANT, frozenset({chosen.role}),
        chosen.merchant_id, chosen.branch_id, request_id,
    )  # fmt: skip


def actor_of(request: HttpRequest) -> actors.Actor:
    """Who is asking, as this surface knows people. Runs at the door."""
    request_id = getattr(request, "request_id", "") or uuid.uuid4().hex
    user = request.user
    if not user.is_authenticated or not request.site.is_open:  # type: ignore[attr-defined]
        return actors.visitor(request_id)
    assert isinstance(user, User)
    where = surface(request.site, request.path)
    found = None
    if where != "merchant":
        found = _staff_actor(user, request.site, request_id)
    # In the office a merchant's person is nobody: some verbs are theirs as well, and mean their own there.
    if found is None and where != "site" and request.site.type == "site":  # type: ignore[attr-defined]
        found = _merchant_actor(user, request.session, request_id)
    # Signed in without any role (all withdrawn): known, and allowed nothing.
    return found or actors.Actor("visitor", user.name, user.id, request_id=request_id)


def keep_alive(request: HttpRequest) -> None:
    """Push the idle limit on and note the session's last sign of life, at most every few minutes. Runs at the door."""
    if not request.user.is_authenticated or "_auth_user_id" not in request.session:
        return
    now = int(time.time())
    if now - request.session.get(SESSION_SEEN, 0) < SEEN_EVERY:
        return
    request.session[SESSION_SEEN] = now  # a changed session is saved, and its end moves
    UserSession.objects.create_from_request(request)


class LevelMiddleware:
    """Narrows the wall from the door to the level of the surface, and checks the view's verb."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        site = request.site
        signed_in = request.COOKIES.get(request.session_cookie_name)  # type: ignore[attr-defined]
        request.actor = actor_of(request) if signed_in else actors.visitor(request.request_id)  # type: ignore[attr-defined]
        if signed_in:
            keep_alive(request)
        where = surface(site, request.path)
        if where in {"door", "master", "site"}:
            return self.get_response(request)
        if where == "merchant" and not request.actor.merchant_id:  # type: ignore[attr-defined]
            request.actor = access.actor_without_session(request) or request.actor  # type: ignore[attr-defined]
        if where == "merchant" and request.actor.merchant_id:  # type: ignore[attr-defined]
            with wall(site, "merchant", merchant=request.actor.merchant_id):  # type: ignore[attr-defined]
                return self.get_response(request)
        with wall(site, "visitor"):
            return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        verb = verb_of(request, view)
        actor: actors.Actor = request.actor  # type: ignore[attr-defined]
        if actor.can(verb):
            return None
        if not actor.is_signed_in:
            # A till has its own door: cashiers sign in there with a PIN.
            door = "/redeem/sign-in/" if request.path.startswith("/redeem/") else "/account/login/"
            return redirect_to_login(request.get_full_path(), door)
        raise PermissionDenied(verb)


def verb_of(request: HttpRequest, view: Any) -> str:
    """The verb a view asks for: its attribute, or the attribute of its class."""
    for holder in (view, getattr(view, "view_class", None), getattr(view, "cls", None)):
        verb = getattr(holder, "verb", None)
        if verb:
            return str(verb)
    if surface(request.site, request.path) == "door":
        return permissions.SELF
    raise ImproperlyConfigured(f"{request.path}: its view names no verb")
