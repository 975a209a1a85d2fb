"""Error pages: what happened and what to do, without the platform's name."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import get_template
from django.templatetags.static import static
from django.utils.translation import get_language, get_language_bidi
from django.utils.translation import gettext as _

from ui.errors import meaning_of


def _page(request: HttpRequest, status: int, title: str, text: str, **extra: Any) -> HttpResponse:
    data = {
        "status": status, "title": title, "text": text, "icon": "circle-alert", "lines": [], "request_id": "",
        "action_url": "/", "action_label": _("Go to the start page"), **extra,
    }  # fmt: skip
    if request.headers.get("HX-Request"):
        return HttpResponse(title, status=status, content_type="text/plain; charset=utf-8")
    return render(request, "ui/error.html", data, status=status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400."""
    return _page(
        request, 400, _("This request cannot be read"), _("Go back, load the page again and repeat what you did."),
        icon="file-question-mark",
    )  # fmt: skip


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403: says which permission is missing and who can grant it. The verb is the exception's first argument."""
    args = getattr(exception, "args", ()) or ("",)
    verb = str(getattr(exception, "verb", "") or getattr(exception, "data", {}).get("verb", "") or args[0])
    meaning, who = meaning_of(verb)
    lines = [_("Ask %(who)s to give it to you.") % {"who": who}]
    text = (
        _("Your account lacks the permission to %(meaning)s.") % {"meaning": meaning}
        if meaning
        else _("Your account lacks the permission for this page.")
    )
    if verb and " " not in verb:
        lines.append(_("Name of the permission: %(verb)s") % {"verb": verb})
    return _page(request, 403, _("You may not open this"), text, lines=lines, icon="lock")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 of a form that was open too long, or sent without its cookie."""
    return _page(
        request, 403, _("This form has expired"),
        _("For your safety a form works only for a while, and only with cookies. Load the page again and repeat."),
        icon="timer-off", action_url=request.path, action_label=_("Load the page again"),
    )  # fmt: skip


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404: not there, or not yours; the two are never told apart."""
    return _page(
        request, 404, _("Nothing is here"), _("The address may be mistyped, or what was here has moved."),
        icon="map-pin-off",
    )  # fmt: skip


def server_error(request: HttpRequest) -> HttpResponse:
    """500. Uses no context processor and no database: those may be what broke."""
    data = {
        "language": (get_language() or settings.LANGUAGE_CODE)[:2],
        "direction": "rtl" if get_language_bidi() else "ltr",
        "stylesheet": static("ui/app.css"),
        "title": _("Something broke on our side"),
        "text": _("It was noted. Try again in a minute; nothing was charged twice."),
        "request_id": getattr(request, "request_id", ""),
        "request_word": _("Request"),
        "home_word": _("Go to the start page"),
    }
    return HttpResponse(get_template("ui/plain.html").render(data), status=500)


def suspended(request: HttpRequest) -> HttpResponse:
    """503 of a suspended site."""
    return render(request, "ui/suspended.html", {}, status=503)
