"""Where one belongs, one's own account, invitations, and the hand-over from the console."""

from __future__ import annotations

from typing import cast

from allauth.account.internal.flows.login import record_authentication
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts import permissions
from accounts.access import public
from accounts.models import User
from accounts.services import handover, invitations, profile, sessions
from accounts.web.forms import AcceptForm, ProfileForm
from kernel import clock

BACKEND = "django.contrib.auth.backends.ModelBackend"
TODAY = 12 * 3600


@login_required
def where(request: HttpRequest) -> HttpResponse:
    """Send a person to the surface that is theirs."""
    actor = request.actor  # type: ignore[attr-defined]
    for verb, url in (
        ("console.view", "/"),
        ("office.view", "/office/"),
        ("area.view", "/merchant/"),
        ("coupon.redeem", "/redeem/"),
    ):
        if permissions.allowed(verb, scope=actor.scope, roles=actor.roles):
            return redirect(url)
    return render(request, "accounts/nowhere.html", status=403)


@login_required
def home(request: HttpRequest) -> HttpResponse:
    """One's own account: name, password, second step, sessions."""
    user = cast("User", request.user)
    form = ProfileForm(request.POST or None, initial={"name": user.name})
    if request.method == "POST" and form.is_valid():
        profile.rename(user=user, name=form.cleaned_data["name"], actor=request.actor, now=clock.now())  # type: ignore[attr-defined]
        messages.success(request, _("Saved."))
        return redirect("account-home")
    return render(request, "accounts/home.html", {"form": form})


@login_required
@require_POST
def end_session(request: HttpRequest, session_id: int) -> HttpResponse:
    """End one of one's own sessions."""
    if sessions.end(user=request.user, session_id=session_id):  # type: ignore[arg-type]
        messages.success(request, _("The session was ended."))
    return redirect("usersessions_list")


@public
@never_cache
@require_http_methods(["GET", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Take up an invitation: a new account, or one that is there already."""
    now = clock.now()
    try:
        found = invitations.find(token=token, now=now)
        user = invitations.user_of(found)
        mine = user is not None and request.user.is_authenticated and request.user.pk == user.pk
        form = None if user else AcceptForm(request.POST or None, initial={"name": found.name}, email=found.email)
        if request.method == "POST" and mine:
            invitations.accept_as(token=token, user=user, now=now)  # type: ignore[arg-type]
            return redirect("account-where")
        if request.method == "POST" and form and form.is_valid():
            person = invitations.accept(
                token=token, name=form.cleaned_data["name"], password=form.cleaned_data["password"], now=now
            )
            _sign_in(request, person, "password")
            return redirect("account-where")
    except (invitations.InvitationGone, invitations.AlreadyThere):
        return render(request, "accounts/invitation_gone.html", status=404)
    return render(request, "accounts/invitation.html", {"invitation": found, "form": form, "mine": mine})


@public
@never_cache
def enter(request: HttpRequest, token: str) -> HttpResponse:
    """Come in from the console (main site only)."""
    try:
        user = handover.take(token=token, now=clock.now(), request_id=request.request_id)  # type: ignore[attr-defined]
    except handover.HandoverRefused as error:
        context = {"title": _("You cannot come in this way"), "text": str(error), "icon": "door-closed"}
        return render(request, "ui/error.html", {"status": 404, "lines": [], **context}, status=404)
    _sign_in(request, user, "handover", seconds=handover.SESSION_SECONDS)
    return HttpResponseRedirect("/office/")


def _sign_in(request: HttpRequest, user: object, method: str, *, seconds: int = TODAY) -> None:
    login(request, user, backend=BACKEND)  # type: ignore[arg-type]
    record_authentication(request, user, method=method)
    request.session.set_expiry(seconds if seconds < settings.SESSION_COOKIE_AGE else 0)
