"""The address that Meta calls: one for the whole platform, on the console's host."""

from __future__ import annotations

import structlog
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from accounts.access import public
from kernel import clock, limits
from messaging.meta.services import account, inbox

LARGEST = 3 * 1024 * 1024  # bytes; Meta sends no more
log = structlog.get_logger("couponry.whatsapp")


@public
@csrf_exempt
@require_http_methods(["GET", "POST"])
def webhook(request: HttpRequest) -> HttpResponse:
    """Answer Meta's handshake, and keep its news: 200 when it is safe, 403 for a body that is not Meta's.

    What Meta signed is never turned away, however much it is and whoever else calls from there: a STOP may be in it.
    Forgers are told 429 after a while; the signature costs less than asking whether they may try.
    """
    answer = _handshake(request) if request.method == "GET" else _news(request)
    if answer.status_code in (400, 403):
        address = limits.network(limits.client_address(request.META))
        forged = limits.Bucket("whatsapp-forged", address, 60, 60)
        if not limits.allow(forged, site_id=account.HOME, now=clock.now()).allowed:
            return HttpResponse(status=429)
    return answer


def _handshake(request: HttpRequest) -> HttpResponse:
    """Meta asks whether this address is ours."""
    asked = request.GET
    if "hub.mode" not in asked:
        return HttpResponse(status=400)
    if asked.get("hub.mode") != "subscribe" or not inbox.is_verified(asked.get("hub.verify_token", "")):
        return HttpResponse(status=403)
    return HttpResponse(asked.get("hub.challenge", "")[:200], content_type="text/plain")


def _news(request: HttpRequest) -> HttpResponse:
    body = request.read(LARGEST + 1)
    if len(body) > LARGEST:
        return HttpResponse(status=413)
    try:
        kept = inbox.receive(body, request.headers.get("X-Hub-Signature-256", ""), clock.now())
    except inbox.BadSignature:
        return HttpResponse(status=403)
    log.info("news of Meta's", kept=len(kept))
    return HttpResponse(status=200)
