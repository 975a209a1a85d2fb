"""The address that Stripe calls, one for each site."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from accounts.access import public
from agents.payments.services import inbox
from kernel import clock, limits
from tenants.walls import wall

LARGEST = 256 * 1024  # bytes; Stripe's events are a tenth of it


@public
@csrf_exempt
@require_POST
def webhook(request: HttpRequest) -> HttpResponse:
    """Keep the event and say so: 200 when it is safe, 400 for a body that is not Stripe's. No session, no user."""
    site: Any = request.site
    now = clock.now()
    address = limits.client_address(request.META)
    everybody = limits.Bucket("payments-webhook", limits.network(address), 1200, 60)
    forged = limits.Bucket("payments-forged", limits.network(address), 60, 60)
    if not (
        limits.allow(everybody, site_id=site.id, now=now).allowed
        and limits.allow(forged, site_id=site.id, now=now, cost=0).allowed
    ):
        return HttpResponse(status=429)
    body = request.read(LARGEST + 1)
    if len(body) > LARGEST:
        return HttpResponse(status=413)
    # The public surface has no right to keys or events: the signature opens the site's own wall.
    with wall(site, "master" if site.type == "master" else "site"):
        try:
            inbox.receive(body=body, signature=request.headers.get("Stripe-Signature", ""), now=now)
        except inbox.BadSignature:
            limits.allow(forged, site_id=site.id, now=now)
            return HttpResponse(status=400)
    return HttpResponse(status=200)
