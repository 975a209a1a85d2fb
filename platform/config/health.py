"""Health, readiness and metrics: answered before the host is looked up."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable

import redis
from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from kernel.models import OutboxEvent
from tenants.services import domains
from tenants.walls import registry, relay


class HealthMiddleware:
    """`/healthz`: the process answers. `/readyz`: database and broker too. `/metrics`: Prometheus, loopback only.

    `/internal/tls-check?domain=…`: the TLS proxy asks before it gets a certificate; answered on private addresses only.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path == "/healthz":
            return HttpResponse("ok", content_type="text/plain")
        if request.path == "/readyz":
            checks = readiness()
            return JsonResponse(checks, status=200 if all(value == "ok" for value in checks.values()) else 503)
        if request.path == "/metrics" and request.META.get("REMOTE_ADDR") in {"127.0.0.1", "::1"}:
            return HttpResponse(generate_latest(), content_type=CONTENT_TYPE_LATEST)
        if request.path == "/internal/tls-check" and _is_private(request.META.get("REMOTE_ADDR", "")):
            return HttpResponse(status=200 if domains.serves(request.GET.get("domain", "")) else 404)
        return self.get_response(request)


def _is_private(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_private
    except ValueError:
        return False


def readiness() -> dict[str, str]:
    """What this process needs: `ok`, or the kind of failure (never its text)."""
    checks = {}
    try:
        with registry():
            from tenants.models import Site

            Site.objects.exists()
        with relay():
            OutboxEvent.objects.exists()
        checks["database"] = "ok"
    except DatabaseError as error:
        checks["database"] = type(error).__name__
    try:
        redis.Redis.from_url(settings.REDIS_URL, socket_timeout=2).ping()
        checks["broker"] = "ok"
    except redis.RedisError as error:
        checks["broker"] = type(error).__name__
    return checks
