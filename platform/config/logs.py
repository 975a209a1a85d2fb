"""One log line a request: method, path without its secrets, status, milliseconds."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponse
from prometheus_client import Histogram

log = structlog.get_logger("couponry.request")
SECONDS = Histogram("couponry_request_seconds", "Time to answer a request", ["method", "status"])
# A serial or a token in a path is a secret: it never reaches the log. After these parts of a path stands one.
SECRET = re.compile(
    r"(?i)^(/(?:c|claimed|account/invitation|account/enter|account/password/reset/key|join|my/send|s/[^/]+/wheel"
    r"|api/v1/coupons)/)[^/]+"
)


def safe_path(path: str) -> str:
    return SECRET.sub(r"\1…", path)


class SecretPaths(logging.Filter):
    """Django's own lines name paths too ("Not Found: /c/…"): the same secrets are cut out of them."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.name.startswith("django") and isinstance(record.args, tuple):
            record.args = tuple(safe_path(arg) if isinstance(arg, str) else arg for arg in record.args)
        return True


class RequestLogMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        start = time.perf_counter()
        response = self.get_response(request)
        seconds = time.perf_counter() - start
        SECONDS.labels(request.method, response.status_code).observe(seconds)
        log.info(
            "request",
            method=request.method,
            path=safe_path(request.path),
            status=response.status_code,
            ms=round(seconds * 1000, 1),
            site=str(getattr(getattr(request, "site", None), "id", "")),
            request=getattr(request, "request_id", ""),
            actor=str(getattr(getattr(request, "actor", None), "id", "") or ""),
        )
        return response
