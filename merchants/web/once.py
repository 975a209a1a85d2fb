"""Secrets that a page shows a single time: sealed in the session between the act and the page, gone when read."""

from __future__ import annotations

import json

from django.http import HttpRequest

from kernel import crypto
from merchants.web.base import site_of

_KEY = "shown_once"


def keep(request: HttpRequest, kind: str, name: str, secret: str) -> None:
    """Hold a secret for the next page."""
    value = json.dumps({"kind": kind, "name": name, "secret": secret})
    request.session[_KEY] = crypto.seal(value, site_id=site_of(request).id, field=_KEY)


def take(request: HttpRequest, kind: str) -> dict[str, str] | None:
    """What `keep` put there, once; None on a reload, and for a secret of another kind."""
    sealed = request.session.pop(_KEY, None)
    if not sealed:
        return None
    found: dict[str, str] = json.loads(crypto.open_sealed(sealed, site_id=site_of(request).id, field=_KEY))
    return found if found["kind"] == kind else None
