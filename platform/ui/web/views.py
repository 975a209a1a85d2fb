"""The shell's own small pages: language, palette, bell."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import check_for_language
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from ui import jobs, navigation

PUBLIC = "public.view"
SIGNED_IN = "job.view"  # everybody who is signed in on a surface
YEAR = 365 * 86400


@csrf_exempt  # It changes a cookie of the visitor's own and nothing else; public pages stay cacheable without a token.
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Keep the chosen language in a cookie and go back."""
    target = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure()):
        target = "/"
    response = HttpResponseRedirect(target)
    code = request.POST.get("language", "")
    if code in dict(settings.LANGUAGES) and check_for_language(code):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME, code, max_age=YEAR, secure=request.is_secure(), httponly=True, samesite="Lax"
        )
    return response


@require_GET
def palette(request: HttpRequest) -> HttpResponse:
    """What the registered searches find."""
    text = request.GET.get("q", "").strip()[:80]
    hits = navigation.search(request, navigation.surface_of(request), text) if text else []
    found = [{"label": str(hit.label), "url": hit.url, "hint": str(hit.hint), "icon": hit.icon} for hit in hits]
    return JsonResponse({"hits": found})


@require_GET
def bell(request: HttpRequest) -> HttpResponse:
    """The bell and its list of jobs."""
    found = jobs.bell_jobs(request)
    running = sum(1 for job in found if not job.is_over)
    return render(request, "ui/bell.html", {"jobs": found, "running": running})


language.verb = PUBLIC  # type: ignore[attr-defined]
palette.verb = SIGNED_IN  # type: ignore[attr-defined]
bell.verb = SIGNED_IN  # type: ignore[attr-defined]
